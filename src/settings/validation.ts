/**
 * Validates data by JSON Schema with ajv, which is loaded and given a schema at the first validation that needs it:
 * both take longer than everything else that a start does.
 */
import { createRequire } from 'node:module';
import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { isSecretName } from '../journal/redact.ts';
import { type Fault, shown } from './faults.ts';

let ajv: Ajv | undefined;

/** Nothing is coerced, completed or taken out: what is wrong is to be said, all of it. */
function compiler(): Ajv {
  if (!ajv) {
    const { Ajv: AjvClass } = createRequire(import.meta.url)('ajv') as typeof import('ajv');
    ajv = new AjvClass({ allErrors: true, verbose: true, strict: false });
  }
  return ajv;
}

export interface Validator {
  (data: unknown): boolean;
  /** What the last validation found wrong. */
  errors?: ErrorObject[] | null;
}

/** A validator that compiles its schema when it is first used. */
export function lazyValidator(schemaOf: () => object): Validator {
  let validate: ValidateFunction | undefined;
  const validator: Validator = (data) => {
    validate ??= compiler().compile(schemaOf());
    const valid = validate(data);
    validator.errors = validate.errors ?? null;
    return valid;
  };
  return validator;
}

/** What kind of thing a whole value is; all of it would be too much, and may hold secrets. */
function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A member as a part of a JSON pointer (RFC 6901 section 3). */
const pointerTo = (member: unknown) => `/${String(member).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** Something of which a member may be a secret. */
const hasMembers = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && Object.keys(data).length > 0;

/** The code of a scenario that came as a number, say: an authorization code is text. */
const isBareCode = ({ instancePath, data }: ErrorObject): boolean =>
  instancePath === '/code' && !['string', 'object'].includes(typeof data);

/** That a value is not one of those allowed, or not of their type, is said once of all of them. */
const isOneOfSeveral = ({ keyword, schemaPath, parentSchema }: ErrorObject): boolean =>
  schemaPath.includes('/anyOf/') &&
  (keyword === 'const' || (keyword === 'type' && 'const' in ((parentSchema ?? {}) as object)));

/** What a schema error means, in words; undefined for those that only sum up others. */
function faultOf(name: string, error: ErrorObject): Fault | undefined {
  const { keyword, instancePath, params, data, message } = error;
  const at = (field: string) => [name, `${instancePath}${field}`].filter(Boolean).join(' ');
  const path = at('');
  const isSecret = instancePath.split('/').some(isSecretName) && !isBareCode(error);
  const isWhole = instancePath === '' || hasMembers(data);
  const found = isSecret ? 'a value that is not shown' : isWhole ? typeOf(data) : shown(data);
  if (keyword === 'anyOf' && Array.isArray(error.schema)) {
    const values = (error.schema as { const?: unknown }[]).flatMap((each) =>
      'const' in each ? [each.const] : [],
    );
    return { path, found, allowed: values.map((value) => JSON.stringify(value)).join(', ') };
  }
  if (isOneOfSeveral(error)) return undefined;
  if (keyword === 'const') return { path, found, allowed: JSON.stringify(params['allowedValue']) };
  if (keyword === 'additionalProperties') {
    const unknown = pointerTo(params['additionalProperty']);
    const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
    return { path: at(unknown), found: 'an unknown field', allowed: known.join(', ') || 'no field at all' };
  }
  if (keyword === 'enum') return { path, found, allowed: (params['allowedValues'] as string[]).join(', ') };
  if (keyword === 'required') {
    return {
      path: at(pointerTo(params['missingProperty'])),
      found: 'nothing',
      allowed: 'a value: the field is required',
    };
  }
  return { path, found, allowed: message ?? keyword };
}

/** Every fault that a validation found, by path. `name` is what the value is called. */
export function faultsOf(name: string, errors: readonly ErrorObject[]): Fault[] {
  return errors.flatMap((error) => faultOf(name, error) ?? []);
}
