/** The Dockerfile, the compose files and the manifests: what must hold before an engine ever reads them. `npm run test:image` runs what the Dockerfile says. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readConfig } from '../../src/config.ts';
import { commandOf, environmentOf, readDockerfile } from '../image/dockerfile.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

describe('Dockerfile', () => {
  const stages = readDockerfile(`${root}Dockerfile`);
  const last = stages.at(-1)!;
  const wordsOf = (keyword: string) =>
    last.steps.filter((step) => step.keyword === keyword).map(({ words }) => words.join(' '));

  it('starts from one image, pinned by its digest', () => {
    const names = stages.map(({ name }) => name);
    const images = stages.map(({ from }) => from).filter((from) => !names.includes(from));
    expect(images).toEqual([expect.stringMatching(/^node:24-bookworm-slim@sha256:[0-9a-f]{64}$/)]);
  });

  it('runs as nobody in particular, on a volume, and is asked how it is', () => {
    expect([wordsOf('USER'), wordsOf('VOLUME'), wordsOf('EXPOSE')]).toEqual([['node'], ['/data'], ['4000']]);
    expect(commandOf(last, 'HEALTHCHECK').join(' ')).toContain('/readyz');
  });

  it('gets SIGTERM itself: no shell and no npm stand before it', () => {
    expect(commandOf(last, 'CMD')).toEqual(['node', 'dist/main.js']);
  });

  it('sets what the configuration knows', () => {
    expect(readConfig(environmentOf(last))).toMatchObject({
      production: true,
      host: '0.0.0.0',
      port: 4000,
      databaseUrl: 'file:/data/pergola.db',
    });
  });

  it('copies only what is sent to it', () => {
    const sent = read('.dockerignore').split('\n');
    // Nothing but what is named after it: no history above all (ASVS 13.4.1).
    expect(sent.find((line) => !line.startsWith('#'))).toBe('*');
    expect(sent.filter((line) => line.startsWith('!.git'))).toEqual([]);
    const copied = stages.flatMap(({ steps }) =>
      steps
        .filter(({ keyword, flags }) => keyword === 'COPY' && !flags.has('from'))
        .flatMap(({ words }) => words.slice(0, -1)),
    );
    for (const path of copied.filter((source) => source !== '.')) {
      expect(existsSync(`${root}${path}`), path).toBe(true);
      expect(
        sent.some((line) => line === `!${path}` || `!${path}`.startsWith(`${line}/`)),
        path,
      ).toBe(true);
    }
  });
});

interface Service {
  readonly image?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy?: { readonly replicas: number };
}

const compose = (path: string) =>
  parse(read(path), { merge: true }) as { services: Record<string, Service>; secrets?: object; volumes?: object };

/** Without the files that secrets come in, which are not here; what has no value comes from whoever starts it. */
const known = (environment: Readonly<Record<string, string | null>> = {}) =>
  Object.fromEntries(
    Object.entries(environment)
      .filter(([name]) => !name.endsWith('_FILE'))
      .map(([name, value]) => [name, value?.replace(/\$\{\w+:-(.*)\}/, '$1')]),
  );

describe.each(['compose.yaml', 'compose.mysql.yaml'])('%s', (path) => {
  const { services, secrets = {} } = compose(path);
  const ours = Object.values(services).filter(({ image }) => image === 'pergola');

  it('gives our containers nothing that they do not need', () => {
    for (const service of ours) expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  });

  it('sets what the configuration knows', () => {
    for (const { environment } of ours) expect(() => readConfig(known(environment))).not.toThrow();
  });

  it('names versions of what others make, and secrets that are declared', () => {
    for (const { image, secrets: used = [] } of Object.values(services)) {
      expect(image).toMatch(/^(pergola|[a-z]+:\d+\.\d+\.\d+(-alpine)?)$/);
      for (const name of used) expect(secrets).toHaveProperty(name);
    }
  });
});

it('compose.mysql.yaml migrates once before two servers start', () => {
  const { services } = compose('compose.mysql.yaml');
  expect(services['pergola']).toMatchObject({
    deploy: { replicas: 2 },
    depends_on: { migrate: { condition: 'service_completed_successfully' } },
  });
});

it('compose.mysql-8.4.yaml puts MySQL in the place of MariaDB, with its secret and a volume of its own', () => {
  const [{ services: base }, { services, volumes }] = [
    compose('compose.mysql.yaml'),
    compose('compose.mysql-8.4.yaml'),
  ];
  expect(Object.keys(services)).toEqual(['mysql']);
  expect(services['mysql']).toMatchObject({
    image: expect.stringMatching(/^mysql:8\.4\.\d+$/),
    environment: {
      MYSQL_PASSWORD_FILE: '/run/secrets/mysql_password',
      MYSQL_DATABASE: 'pergola',
      MYSQL_USER: 'pergola',
    },
    volumes: ['mysql84:/var/lib/mysql'],
  });
  expect(base['mysql']?.secrets).toEqual(['mysql_password']);
  expect(volumes).toHaveProperty('mysql84');
});

interface Manifest {
  readonly kind: string;
  // What a test expects of a manifest is what it checks.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly spec: any;
}

describe('deploy/kubernetes', () => {
  const { resources } = parse(read('deploy/kubernetes/kustomization.yaml')) as { resources: string[] };
  const manifests = resources
    .flatMap((path) => parseAllDocuments(read(`deploy/kubernetes/${path}`)))
    .map((document): Manifest => document.toJS());
  const named = (kind: string) => manifests.find((manifest) => manifest.kind === kind)!;

  it('has each thing once', () => {
    expect(manifests.map(({ kind }) => kind).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'Deployment',
      'HorizontalPodAutoscaler',
      'Job',
      'Namespace',
      'PodDisruptionBudget',
      'Service',
    ]);
  });

  it('waits for the migrations before a server starts', () => {
    const [wait] = named('Deployment').spec.template.spec.initContainers;
    expect(wait.command.join(' ')).toContain('pergola.mjs migrate status');
    expect(named('Job').spec.template.spec.containers[0].command.join(' ')).toContain('pergola.mjs migrate deploy');
  });

  it('restricts every container, and bounds its memory', () => {
    for (const kind of ['Deployment', 'Job']) {
      const { containers, initContainers = [], securityContext } = named(kind).spec.template.spec;
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const container of [...containers, ...initContainers]) {
        expect(container).toMatchObject({
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: { limits: { memory: expect.stringMatching(/Mi$/) } },
        });
      }
    }
  });

  it('asks the probes that there are, and leaves time to stop', () => {
    const { containers, terminationGracePeriodSeconds } = named('Deployment').spec.template.spec;
    const [{ livenessProbe, readinessProbe, startupProbe, lifecycle }] = containers;
    expect([livenessProbe, readinessProbe, startupProbe].map(({ httpGet }) => httpGet.path)).toEqual([
      '/livez',
      '/readyz',
      '/readyz',
    ]);
    const [, sleep] = lifecycle.preStop.exec.command;
    expect(terminationGracePeriodSeconds).toBeGreaterThan(Number(sleep) + 10);
  });

  it('takes secrets from files only', () => {
    for (const kind of ['Deployment', 'Job']) {
      const { containers } = named(kind).spec.template.spec;
      for (const { name, value } of containers[0].env)
        expect([name, value]).toEqual([expect.stringMatching(/_FILE$/), expect.stringMatching(/^\/secrets\//)]);
    }
  });

  it('selects the servers everywhere by the same label', () => {
    const label = { 'app.kubernetes.io/component': 'server' };
    expect(named('Deployment').spec.template.metadata.labels).toEqual(label);
    expect(named('Deployment').spec.selector.matchLabels).toEqual(label);
    expect(named('Service').spec.selector).toEqual(label);
    expect(named('PodDisruptionBudget').spec.selector.matchLabels).toEqual(label);
  });
});
