/** JSON Merge Patch (RFC 7396): members of the patch replace, null removes, objects are merged, all else is replaced. */
import type { JsonSchema } from '../settings/published.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  // fromEntries defines members, also one called __proto__, and so never touches a prototype.
  return Object.fromEntries(merged);
}

export const MERGE_PATCH = 'application/merge-patch+json';

/** The media types that a patch is taken as; both mean the same. */
export const PATCH_TYPES = [MERGE_PATCH, 'application/json'];

/** The same, or null. */
function nullable(schema: JsonSchema): JsonSchema {
  const { anyOf, type, description } = schema;
  if (anyOf) return { ...schema, anyOf: [...anyOf, { const: null }] };
  if ('const' in schema) {
    return { anyOf: [schema, { const: null }], ...(description === undefined ? {} : { description }) };
  }
  return type === undefined ? schema : { ...schema, type: [type, 'null'].flat() };
}

/**
 * The schema of patches of what a schema describes: every member may be left out, or be null, and none may be added.
 * What is inside a list stays as it is, since a list is replaced whole. Whether the outcome is allowed is seen then.
 */
export function mergePatchSchema({ required: _, properties, ...schema }: JsonSchema): JsonSchema {
  if (!properties) return schema;
  const members = Object.entries(properties).map(([name, { default: __, ...member }]) => [
    name,
    nullable(mergePatchSchema(member)),
  ]);
  return { ...schema, properties: Object.fromEntries(members) };
}
