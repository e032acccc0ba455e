/** The limit on an engine that runs as a server: node:http, its driver with prepared statements, and SQL written by hand. */
import { createPool } from 'mariadb';
import { Pool } from 'pg';
import { v7 } from 'uuid';
import { serveAnswers, type Variables } from './serve-answers.ts';
import { statementsFor, type Statements } from './server-sql.ts';

const { DATABASE_URL = '' } = process.env;
const engine = DATABASE_URL.startsWith('mysql') ? 'mysql' : 'postgresql';
const statements = statementsFor(engine);
const run = engine === 'mysql' ? onMysql() : onPostgresql();

type Row = readonly unknown[];
type Run = (name: keyof Statements, values: readonly unknown[]) => Promise<Row[]>;

const answers: Record<string, (variables: Variables) => Promise<unknown>> = {
  '/W1': async ({ from }) => ({ sites: (await run('sites', [from])).map(siteOf) }),

  async '/W2'({ from }) {
    const rows = await run('nestedSites', [from]);
    return {
      sites: rows.map(([id, name, observations]) => ({ id, name, observations: parsed(observations).map(authoredOf) })),
    };
  },

  async '/W3'({ status, quantity, after }) {
    const filter = [status, quantity];
    const [rows, [count]] = await Promise.all([
      after ? run('nextPage', [...filter, after]) : run('page', filter),
      run('count', filter),
    ]);
    const observations = rows.slice(0, 20).map(observationOf);
    const endCursor = observations.at(-1)?.measuredAt.replace('T', ' ').replace('Z', '') ?? null;
    return {
      observations: {
        totalCount: Number(count![0]),
        pageInfo: { hasNextPage: rows.length > 20, endCursor },
        nodes: observations,
      },
    };
  },

  async '/W4'({ id }) {
    const [[row], tags] = await Promise.all([run('one', [id]), run('tags', [id])]);
    if (!row) return { observation: null };
    const found = tags.map(([slug, label]) => ({ slug, label }));
    return { observation: { ...observationOf(row), site: { id: row[6], name: row[7] }, tags: found } };
  },

  async '/W5'({ quantity, value, unit, measuredAt, site, author }) {
    const [id, now] = [v7(), stored(new Date())];
    await run('insert', [id, quantity, value, unit, stored(new Date(measuredAt!)), 'DRAFT', now, now, site, author]);
    return { createObservation: { id, quantity, value, unit, measuredAt, status: 'DRAFT' } };
  },
};

serveAnswers(answers);

function onMysql(): Run {
  const { hostname, port, username, pathname } = new URL(DATABASE_URL);
  const pool = createPool({
    host: hostname,
    port: Number(port || 3306),
    user: username,
    database: pathname.slice(1),
    connectionLimit: 10,
    prepareCacheLength: 256,
    rowsAsArray: true,
    autoJsonMap: false,
  });
  return (name, values) => pool.execute<Row[]>(statements[name], [...values]);
}

function onPostgresql(): Run {
  const pool = new Pool({ connectionString: DATABASE_URL, max: 10 });
  return async (name, values) => {
    const { rows } = await pool.query<unknown[]>({
      name,
      text: statements[name],
      values: [...values],
      rowMode: 'array',
    });
    return rows;
  };
}

/** The driver of PostgreSQL has read it already. */
const parsed = (json: unknown) => (typeof json === 'string' ? JSON.parse(json) : (json ?? [])) as string[][];

function siteOf([id, name, latitude, longitude, elevationMeters, cityId]: Row) {
  return { id, name, latitude: decimal(latitude), longitude: decimal(longitude), elevationMeters, cityId };
}

function observationOf([id, quantity, value, unit, measuredAt, status]: Row) {
  return { id, quantity, value: decimal(value), unit, measuredAt: `${String(measuredAt).slice(0, 23)}Z`, status };
}

function authoredOf([id, quantity, value, authorId, authorName]: readonly string[]) {
  return { id, quantity, value: decimal(value), author: { id: authorId, name: authorName } };
}

/** Without the zeros behind its last place. */
const decimal = (text: unknown) => String(text).replace(/\.?0+$/, '');

const stored = (date: Date) => date.toISOString().replace('T', ' ').replace('Z', '');
