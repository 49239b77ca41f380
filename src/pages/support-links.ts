/** Real addresses that pages name. The mock never calls them. */
import type { SupportLinks } from './models.ts';

const CARE_IDENTITY_SERVICE = 'https://digital.nhs.uk/services/care-identity-service';

export const SUPPORT_LINKS: SupportLinks = {
  nhsmailProblemsUrl: `${CARE_IDENTITY_SERVICE}/setting-up-and-troubleshooting/common-issues/problems-logging-in-with-nhsmail`,
  registrationAuthorityUrl: `${CARE_IDENTITY_SERVICE}/smartcard-and-authentication-users/find-your-registration-authority`,
  serviceDeskPortalUrl: 'https://nhsdigitallive.service-now.com/csm',
  serviceDeskEmail: 'ssd.nationalservicedesk@nhs.net',
  serviceDeskTelephone: '0300 303 5035',
  troubleshootingUrl: `${CARE_IDENTITY_SERVICE}/setting-up-and-troubleshooting`,
  newsUrl: `${CARE_IDENTITY_SERVICE}/news`,
};
