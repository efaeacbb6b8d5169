/**
 * A checker for the part of JSON Schema (draft 2020-12) that our schema uses; any other keyword is an error, so the
 * checker cannot fall behind the schema unseen.
 */

type Schema = Readonly<Record<string, unknown>>;

const ANNOTATIONS = ['$schema', '$defs', 'title', 'description', 'default', 'id'];

/** What of `value` breaks `schema`, as `path: keyword` lines. */
export function breaches(schema: Schema, value: unknown, root: Schema = schema, path = ''): string[] {
  const broken: string[] = [];
  const fail = (keyword: string): void => {
    broken.push(`${path}: ${keyword}`);
  };
  const map = value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Schema) : undefined;
  const list = Array.isArray(value) ? (value as unknown[]) : undefined;
  const number = typeof value === 'number' ? value : undefined;
  const text = typeof value === 'string' ? value : undefined;
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
  const patterns = Object.keys((schema.patternProperties ?? {}) as Schema).map((pattern) => new RegExp(pattern));
  for (const [keyword, wanted] of Object.entries(schema)) {
    switch (keyword) {
      case 'type':
        if (!hasType(value, wanted as string)) fail(keyword);
        break;
      case 'const':
        if (value !== wanted) fail(keyword);
        break;
      case 'enum':
        if (!(wanted as unknown[]).includes(value)) fail(keyword);
        break;
      case 'minimum':
        if (number !== undefined && number < (wanted as number)) fail(keyword);
        break;
      case 'maximum':
        if (number !== undefined && number > (wanted as number)) fail(keyword);
        break;
      case 'minLength':
        if (text !== undefined && text.length < (wanted as number)) fail(keyword);
        break;
      case 'pattern':
        if (text !== undefined && !new RegExp(wanted as string, 'u').test(text)) fail(keyword);
        break;
      case 'minItems':
        if (list !== undefined && list.length < (wanted as number)) fail(keyword);
        break;
      case 'maxItems':
        if (list !== undefined && list.length > (wanted as number)) fail(keyword);
        break;
      case 'minProperties':
        if (map !== undefined && Object.keys(map).length < (wanted as number)) fail(keyword);
        break;
      case 'maxProperties':
        if (map !== undefined && Object.keys(map).length > (wanted as number)) fail(keyword);
        break;
      case 'required':
        for (const key of wanted as string[]) if (map !== undefined && !(key in map)) fail(`required ${key}`);
        break;
      case 'properties':
        for (const [key, inner] of Object.entries(map ?? {})) {
          const own = properties[key];
          if (own !== undefined) broken.push(...breaches(own, inner, root, `${path}.${key}`));
        }
        break;
      case 'additionalProperties':
        for (const key of Object.keys(map ?? {})) {
          if (properties[key] === undefined && !patterns.some((pattern) => pattern.test(key))) fail(`unknown ${key}`);
        }
        break;
      case 'patternProperties':
        break;
      case 'prefixItems':
        (wanted as Schema[]).forEach((item, i) => {
          if (list !== undefined && i < list.length) broken.push(...breaches(item, list[i], root, `${path}[${i}]`));
        });
        break;
      case 'items':
        (list ?? []).slice(((schema.prefixItems as unknown[] | undefined) ?? []).length).forEach((item, i) => {
          broken.push(...breaches(wanted as Schema, item, root, `${path}[${i}]`));
        });
        break;
      case 'anyOf':
      case 'oneOf': {
        const fits = (wanted as Schema[]).filter((branch) => breaches(branch, value, root, path).length === 0).length;
        if (keyword === 'anyOf' ? fits === 0 : fits !== 1) fail(keyword);
        break;
      }
      case '$ref': {
        const name = (wanted as string).replace('#/$defs/', '');
        const target = (root.$defs as Readonly<Record<string, Schema>>)[name];
        if (target === undefined) throw new Error(`no definition of ${wanted}`);
        broken.push(...breaches(target, value, root, path));
        break;
      }
      default:
        if (!ANNOTATIONS.includes(keyword)) throw new Error(`this checker does not know the keyword ${keyword}`);
    }
  }
  return broken;
}

function hasType(value: unknown, type: string): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return value !== null && typeof value === 'object' && !Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}
