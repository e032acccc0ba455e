import type { Plugin } from 'graphql-yoga';
import type { MaySeeDesign } from './platform-rights.ts';
import type { Registry, Release } from './sdk/registry.ts';

interface Options {
  readonly maySeeDesign: MaySeeDesign;
  readonly registry: Registry;
  /** Where clients reach the server; undefined takes what they asked for. */
  readonly publicUrl: string | undefined;
}

const name = '@pergola/sdk';
const tarballPath = /^\/-\/npm\/@pergola\/sdk\/-\/sdk-(\d+\.\d+\.\d+)\.tgz$/;

/** `/-/npm/`: the npm registry of one package, this API's own SDK; `/-/sdk.tgz`: its newest version. Read-only. */
export const useRegistry = ({ registry, publicUrl, maySeeDesign }: Options): Plugin => ({
  async onRequest({ request, url, fetchAPI, endResponse }) {
    const path = decodeURIComponentOrNothing(url.pathname);
    if (path !== '/-/sdk.tgz' && !path.startsWith('/-/npm/')) return;
    const vary = { vary: 'authorization, cookie' };
    const answer = (body: object, status = 200) => endResponse(fetchAPI.Response.json(body, { status, headers: vary }));
    // The package is the API's design in another form: it goes to who may read that, and to others it is not there.
    if (request.method !== 'GET' || !(await maySeeDesign(request))) {
      answer({ error: 'Not found.' }, 404);
      return;
    }
    const tarball = async (version: string) => {
      const bytes = await registry.tarball(version);
      if (bytes === undefined) return answer({ error: `There is no version ${version}.` }, 404);
      const headers = { ...vary, 'content-type': 'application/gzip', 'content-length': String(bytes.length) };
      endResponse(new fetchAPI.Response(new Uint8Array(bytes), { headers }));
    };
    if (path === '/-/sdk.tgz') return tarball((await registry.current()).version);
    const version = tarballPath.exec(path)?.[1];
    if (version !== undefined) return tarball(version);
    if (path !== `/-/npm/${name}`) {
      const scope = `@pergola:registry=${url.origin}/-/npm/`;
      answer({ error: `This registry has ${name} only. For it alone, put "${scope}" into .npmrc.` }, 404);
      return;
    }
    const current = await registry.current();
    answer(packument(await registry.releases(), current, publicUrl ?? url.origin));
  },
});

function packument(releases: readonly Release[], current: Release, url: string) {
  const versions = releases.map((release) => [
    release.version,
    {
      ...release.packageJson,
      _id: `${name}@${release.version}`,
      dist: {
        tarball: `${url}/-/npm/${name}/-/sdk-${release.version}.tgz`,
        integrity: release.integrity,
        shasum: release.shasum,
      },
    },
  ]);
  return {
    _id: name,
    name,
    'dist-tags': { latest: current.version },
    versions: Object.fromEntries(versions) as object,
    time: Object.fromEntries(releases.map(({ version, publishedAt }) => [version, publishedAt])) as object,
  };
}

/** `%2f` is how npm asks for a scoped package. */
function decodeURIComponentOrNothing(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
