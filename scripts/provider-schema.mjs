/** Kinds of database beside the one that prisma/schema.prisma is written for. */
export const otherProviders = ['mysql', 'postgresql'];

/**
 * The one canonical schema as the schema of another kind of database, with a client of its own and nothing else to
 * generate: what it means is the same. Pure.
 *
 * @param {string} text
 * @param {string} provider
 */
export function providerSchema(text, provider) {
  return text
    .replace(/^generator (?!client\b)\w+ \{[^}]*\}\n*/gm, '')
    .replace(/(datasource \w+ \{[^}]*provider\s*=\s*)"sqlite"/, `$1"${provider}"`)
    .replace(/(generator client \{[^}]*output\s*=\s*)"[^"]*"/, `$1"./${provider}"`);
}
