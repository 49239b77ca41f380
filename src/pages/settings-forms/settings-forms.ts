/**
 * The settings of one client in the forms that people paste: environment variables, and the configuration of the
 * libraries that NHS applications use. Each is complete by itself. The names of options are the libraries’ own.
 */
import { authlib } from './authlib.ts';
import { dotenv } from './dotenv.ts';
import type { ForApplication } from './for-application.ts';
import { omniauth } from './omniauth.ts';
import { openidClient } from './openid-client.ts';
import { springBoot } from './spring-boot.ts';

export interface SettingsForm {
  /** Part of ids and data-testids. */
  name: string;
  label: string;
  /** What to know before pasting it. */
  hint: string;
  text: string;
}

/** Every form, in the order of the page. */
export const settingsForms = (of: ForApplication): SettingsForm[] => [
  {
    name: 'env',
    label: '.env',
    hint: 'Environment variables. Change the names to those your application uses.',
    text: dotenv(of),
  },
  {
    name: 'openid-client',
    label: 'openid-client',
    hint: 'JavaScript and TypeScript, with openid-client 6.',
    text: openidClient(of),
  },
  {
    name: 'spring',
    label: 'Spring Security',
    hint: 'application.yml of Spring Boot, with spring-boot-starter-oauth2-client.',
    text: springBoot(of),
  },
  {
    name: 'omniauth',
    label: 'OmniAuth',
    hint: 'Ruby on Rails, with omniauth_openid_connect 0.5 or newer.',
    text: omniauth(of),
  },
  { name: 'authlib', label: 'Authlib', hint: 'Python with Flask, with Authlib.', text: authlib(of) },
];
