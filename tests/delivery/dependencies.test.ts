/** What comes from others: where from, under which licence, and that each is explained. And that no secret lies among our own files. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const json = (path: string): unknown => JSON.parse(readFileSync(`${root}${path}`, 'utf8'));

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly link?: boolean;
}

const own = json('package.json') as { dependencies: Record<string, string>; devDependencies: Record<string, string> };
const locked = Object.entries((json('package-lock.json') as { packages: Record<string, Locked> }).packages).filter(
  ([path]) => path.startsWith('node_modules/'),
);
const direct = { ...own.dependencies, ...own.devDependencies };

/** Licences that were looked at one by one. */
const readByHand = {
  'node_modules/world-countries': 'ODbL-1.0, of data; its package.json does not say so',
  'node_modules/mariadb': 'LGPL-2.1-or-later: used as it is, as a package of its own that anybody can replace',
};

describe('dependencies', () => {
  it('are pinned exactly', () => {
    expect(Object.entries(direct).filter(([, version]) => !/^\d+\.\d+\.\d+/.test(version))).toEqual([]);
  });

  it('come from the public registry, with a hash, unless they are for another platform', () => {
    const strange = locked.filter(
      ([, { resolved, integrity, optional, link }]) =>
        link === true ||
        (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')) ||
        (integrity === undefined ? !optional : !integrity.startsWith('sha512-')),
    );
    expect(strange.map(([path]) => path)).toEqual([]);
  });

  it('that run in production may be used by everybody', () => {
    const allowed =
      /^\(?(MIT|MIT-0|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|BlueOak-1\.0\.0|Unlicense|CC0-1\.0|Python-2\.0|ODbL-1\.0|CC-BY-[34]\.0)\b/;
    const others = locked
      .filter(([path, { dev, devOptional }]) => !dev && !devOptional && existsSync(`${root}${path}/package.json`))
      .map(([path]) => {
        const { license } = json(`${path}/package.json`) as { license?: string | { type: string } };
        return [path, typeof license === 'object' ? license.type : license] as const;
      })
      .filter(([path, license]) => !allowed.test(license ?? '') && !(path in readByHand));
    expect(others).toEqual([]);
  });

  it('are each explained in docs/decisions/dependencies.md', () => {
    const text = readFileSync(`${root}docs/decisions/dependencies.md`, 'utf8');
    const explained = (name: string) => {
      const [scope, short] = name.startsWith('@') ? name.split('/') : ['', name];
      return text.includes(`\`${name}\``) || (text.includes(`\`${scope}/`) && text.includes(`\`${short}\``));
    };
    const types = /^@types\//;
    expect(Object.keys(direct).filter((name) => !types.test(name) && !explained(name))).toEqual([]);
  });

  it('run nothing when they are installed', () => {
    expect(readFileSync(`${root}.npmrc`, 'utf8')).toContain('ignore-scripts=true');
  });
});

/** What such a thing looks like, of services whose secrets have a form of their own. Ours is `pgl_`. */
const secrets = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36}\b/,
  /\bgithub_pat_\w{60,}/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
  /\bxox[abprs]-[\w-]{20,}/,
  /\bAIza[\w-]{35}\b/,
  /\bsk_live_\w{20,}/,
  /\bpgl_[a-z2-7]{30,}/,
  /\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}/,
];
const secretsIn = (text: string) => secrets.flatMap((pattern) => pattern.exec(text)?.[0] ?? []);

describe('the repository', () => {
  it('holds no secret', () => {
    const names = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
    const texts = names.filter(
      (name) => !/\.(png|db)$/.test(name) && existsSync(`${root}${name}`) && statSync(`${root}${name}`).isFile(),
    );
    const found = texts.flatMap((name) =>
      secretsIn(readFileSync(`${root}${name}`, 'utf8')).map((secret) => `${name}: ${secret.slice(0, 12)}…`),
    );
    expect(found).toEqual([]);
  });

  it('would notice one', () => {
    expect(secretsIn(`token: ghp_${'a'.repeat(36)}`)).toHaveLength(1);
    expect(secretsIn(`aws AKIA${'A'.repeat(16)}`)).toHaveLength(1);
    expect(secretsIn(['-----BEGIN RSA', 'PRIVATE KEY-----'].join(' '))).toHaveLength(1);
  });
});
