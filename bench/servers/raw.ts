/**
 * The limit: node:http, the driver, and SQL written by hand. Each workload is a path that takes its variables as JSON
 * and answers what the GraphQL servers answer.
 */
import Database from 'libsql';
import { v7 } from 'uuid';
import { serveAnswers, type Variables } from './serve-answers.ts';
import { createInput, observationQuery, siteQuery, type Row } from './raw-sql.ts';

const { DATABASE_URL = '' } = process.env;
const database = new Database(DATABASE_URL.slice('file:'.length), { timeout: 5000 });
// As pergola has it.
database.exec('PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000');
const { sites, nestedSites, page, nextPage, count, one, tags, insert } = prepareAll();

const answers: Record<string, (variables: Variables) => unknown> = {
  '/W1': ({ from }) => ({ sites: sites.all([from]).map(siteOf) }),

  '/W2'({ from }) {
    const rows = nestedSites.all([from]) as [id: string, name: string, observations: string][];
    const nested = (text: string) => (JSON.parse(text) as string[][]).map(authoredOf);
    return { sites: rows.map(([id, name, observations]) => ({ id, name, observations: nested(observations) })) };
  },

  '/W3'({ status, quantity, after }) {
    const filter = [status, quantity];
    const rows = after ? nextPage.all([...filter, after]) : page.all(filter);
    const [totalCount] = count.get(filter) as [number];
    const observations = rows.slice(0, 20).map(observationOf);
    const endCursor = observations.at(-1)?.measuredAt.replace('Z', '+00:00') ?? null;
    return {
      observations: { totalCount, pageInfo: { hasNextPage: rows.length > 20, endCursor }, nodes: observations },
    };
  },

  '/W4'({ id }) {
    const row = one.get([id]) as Row | undefined;
    if (!row) return { observation: null };
    const found = (tags.all([id]) as [string, string][]).map(([slug, label]) => ({ slug, label }));
    return { observation: { ...observationOf(row), site: { id: row[6], name: row[7] }, tags: found } };
  },

  '/W5'({ quantity, value, unit, measuredAt, site, author }) {
    const [id, now] = [v7(), stored(new Date())];
    insert.run([id, quantity, Number(value), unit, stored(new Date(measuredAt!)), 'DRAFT', now, now, site, author]);
    return { createObservation: { id, quantity, value, unit, measuredAt, status: 'DRAFT' } };
  },
};

serveAnswers(answers);

function prepareAll() {
  const prepare = (sql: string) => database.prepare(sql).raw(true);
  return {
    sites: prepare(siteQuery.flat),
    nestedSites: prepare(siteQuery.nested),
    page: prepare(observationQuery.page),
    nextPage: prepare(observationQuery.nextPage),
    count: prepare(observationQuery.count),
    one: prepare(observationQuery.one),
    tags: prepare(observationQuery.tags),
    insert: database.prepare(createInput),
  };
}

function siteOf(row: unknown) {
  const [id, name, latitude, longitude, elevationMeters, cityId] = row as Row;
  return { id, name, latitude: String(latitude), longitude: String(longitude), elevationMeters, cityId };
}

function observationOf(row: unknown) {
  const [id, quantity, value, unit, measuredAt, status] = row as Row;
  return { id, quantity, value: String(value), unit, measuredAt: String(measuredAt).replace('+00:00', 'Z'), status };
}

function authoredOf([id, quantity, value, authorId, authorName]: readonly string[]) {
  return { id, quantity, value, author: { id: authorId, name: authorName } };
}

function stored(date: Date): string {
  return date.toISOString().replace('Z', '+00:00');
}
