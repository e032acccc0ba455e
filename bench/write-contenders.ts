/** Those who write in the benchmark of writes, each on its own copy of the database, with the same pragmas. */
import Database from 'libsql';
import { execute, parse } from 'graphql';
import { v7 } from 'uuid';
import { application } from '../src/app/index.ts';
import { openDatabase } from '../src/database/database.ts';
import { libsqlAdapter, LibsqlConnection } from '../src/database/engines/libsql-connection.ts';
import { PrismaClient } from '../src/generated/sqlite/client.ts';
import type { Context } from '../src/graphql/context.ts';
import type { Schema } from '../src/model/model.ts';
import type { Viewer } from '../src/policy/viewer.ts';
import { designOf } from '../src/server/platform.ts';
import { idOf, sites, viewer as person } from './population.ts';

/** What is written: the same for all of them. */
export interface Contender {
  readonly name: string;
  createOne(value: string): Promise<unknown>;
  createWithTen(value: string): Promise<unknown>;
  createMany(values: readonly string[]): Promise<unknown>;
  upsertMany(rows: readonly SiteRow[]): Promise<unknown>;
  update(id: string, value: string): Promise<unknown>;
  close(): Promise<void>;
}

/** A site of one survey, by its name there. */
export interface SiteRow {
  readonly name: string;
  readonly elevationMeters: number;
}

const me = idOf('user', person.index);
const site = idOf('site', sites.written.from);
const survey = idOf('survey', 59);
const viewer: Viewer = { kind: 'user', id: me, roles: [] };
const measuredAt = new Date('2026-11-22T10:00:00.000Z');
const reading = (value: string) => ({ quantity: 'air temperature', unit: 'Cel', value, measuredAt });
const place = { latitude: '52.1', longitude: '5.1' };
const tenTimes = <T>(it: T) => Array.from({ length: 10 }, () => it);
const remark = { body: 'Read twice, with two instruments.' };

const design = designOf(application);

/** The door to rows, as every mutation goes through it: with policies, and with an audit entry for every row. */
export const pergola = (path: string) => throughTheDoor('pergola', path, design.schema);

/** What the entries cost: nobody else here writes any. */
export const pergolaWithoutAudit = (path: string) => {
  const models = [...design.schema.models].filter(([name]) => name !== 'AuditEntry');
  return throughTheDoor('pergola, no audit', path, { ...design.schema, models: new Map(models) });
};

async function throughTheDoor(name: string, path: string, schema: Schema): Promise<Contender> {
  const database = await openDatabase(`file:${path}`, schema, design.policies);
  const rows = () => database.as(viewer);
  const observation = (value: string) => ({ ...reading(value), site: { connect: { id: site } } });
  return {
    name,
    createOne: (value) => rows().write((writer) => writer.create('Observation', observation(value))),
    createWithTen: (value) =>
      rows().write((writer) =>
        writer.create('Observation', { ...observation(value), comments: { create: tenTimes(remark) } }),
      ),
    createMany: (values) => rows().write((writer) => writer.createMany('Observation', values.map(observation))),
    upsertMany: (list) =>
      rows().write((writer) =>
        writer.upsertMany(
          'Site',
          list.map((it) => ({ ...it, ...place, survey: { connect: { id: survey } }, city: { connect: { id: 1 } } })),
          ['surveyId', 'name'],
        ),
      ),
    update: (id, value) => rows().write((writer) => writer.update('Observation', { id }, { value })),
    close: () => database.close(),
  };
}

/** The same through GraphQL: a prepared document, executed, and the row read back. */
export async function pergolaGraphql(path: string): Promise<Contender> {
  const database = await openDatabase(`file:${path}`, design.schema, design.policies);
  const session = { user: null, signIn: never, signOut: never };
  const prepare = (document: string) => {
    const parsed = parse(document);
    return async (variableValues: Record<string, unknown>) => {
      const contextValue = { viewer, database: database.as(viewer), session } as unknown as Context;
      const { errors } = await execute({ schema: design.api, document: parsed, variableValues, contextValue });
      if (errors) throw errors[0]!;
    };
  };
  const create = prepare('mutation ($data: ObservationCreateInput!) { createObservation(data: $data) { id } }');
  const creates = prepare('mutation ($data: [ObservationCreateInput!]!) { createObservations(data: $data) { count } }');
  const upserts = prepare(
    'mutation ($data: [SiteCreateInput!]!) { upsertSites(by: surveyId_name, data: $data) { count } }',
  );
  const update = prepare(
    'mutation ($id: String!, $value: Decimal!) { updateObservation(where: { id: $id }, data: { value: $value }) { id } }',
  );
  const observation = (value: string) => ({
    ...reading(value),
    measuredAt: measuredAt.toISOString(),
    site: { connect: { id: site } },
  });
  return {
    name: 'pergola, GraphQL',
    createOne: (value) => create({ data: observation(value) }),
    createWithTen: (value) => create({ data: { ...observation(value), comments: { create: tenTimes(remark) } } }),
    createMany: (values) => creates({ data: values.map(observation) }),
    upsertMany: (list) =>
      upserts({
        data: list.map((it) => ({
          ...it,
          ...place,
          survey: { connect: { id: survey } },
          city: { connect: { id: 1 } },
        })),
      }),
    update: (id, value) => update({ id, value }),
    close: () => database.close(),
  };
}

const never = () => Promise.reject(new Error('Nobody signs in here.'));

/** Prisma Client over the same driver adapter; no policy, no audit. */
export async function prismaClient(path: string): Promise<Contender> {
  const client = new PrismaClient({ adapter: libsqlAdapter(new LibsqlConnection(path)) });
  const observation = (value: string) => ({ ...reading(value), siteId: site, authorId: me });
  return {
    name: 'Prisma Client',
    createOne: (value) => client.observation.create({ data: observation(value), select: { id: true } }),
    createWithTen: (value) =>
      client.observation.create({
        data: { ...observation(value), comments: { create: tenTimes({ ...remark, authorId: me }) } },
        select: { id: true },
      }),
    createMany: (values) => client.observation.createMany({ data: values.map(observation) }),
    upsertMany: (list) =>
      client.$transaction(
        list.map(({ name, elevationMeters }) =>
          client.site.upsert({
            where: { surveyId_name: { surveyId: survey, name } },
            create: { name, elevationMeters, ...place, surveyId: survey, cityId: 1 },
            update: { elevationMeters, ...place, cityId: 1 },
          }),
        ),
      ),
    update: (id, value) => client.observation.update({ where: { id }, data: { value }, select: { id: true } }),
    close: () => client.$disconnect(),
  };
}

/** The driver, with prepared statements in one transaction: the limit. */
export async function rawDriver(path: string): Promise<Contender> {
  const database = new Database(path, { timeout: 5000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;');
  const observation = database.prepare(
    'insert into Observation (id, quantity, value, unit, measuredAt, status, createdAt, updatedAt, siteId, authorId) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const comment = database.prepare(
    'insert into Comment (id, body, createdAt, observationId, authorId) values (?, ?, ?, ?, ?)',
  );
  const upsert = database.prepare(
    `insert into Site (id, name, latitude, longitude, elevationMeters, surveyId, cityId) values (?, ?, ?, ?, ?, ?, ?)
     on conflict (surveyId, name) do update set elevationMeters = excluded.elevationMeters`,
  );
  const change = database.prepare('update Observation set value = ?, updatedAt = ? where id = ?');
  const now = () => new Date().toISOString().replace('Z', '+00:00');
  const moment = measuredAt.toISOString().replace('Z', '+00:00');
  const insert = (value: string) => {
    const id = v7();
    observation.run([id, 'air temperature', Number(value), 'Cel', moment, 'DRAFT', now(), now(), site, me]);
    return id;
  };
  const inTransaction = async (act: () => void) => {
    database.exec('BEGIN IMMEDIATE');
    act();
    database.exec('COMMIT');
  };
  return {
    name: 'raw driver',
    createOne: (value) => inTransaction(() => void insert(value)),
    createWithTen: (value) =>
      inTransaction(() => {
        const id = insert(value);
        for (let i = 0; i < 10; i++) comment.run([v7(), remark.body, now(), id, me]);
      }),
    createMany: (values) => inTransaction(() => values.forEach(insert)),
    upsertMany: (list) =>
      inTransaction(() => {
        for (const { name, elevationMeters } of list)
          upsert.run([v7(), name, 52.1, 5.1, BigInt(elevationMeters), survey, 1n]);
      }),
    update: (id, value) => inTransaction(() => void change.run([Number(value), now(), id])),
    close: async () => void database.close(),
  };
}
