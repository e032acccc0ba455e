import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import type { GraphQLSchema } from 'graphql';
import { getDatamodel } from '../../src/generated/pothos-types.ts';
import type PrismaTypes from '../../src/generated/pothos-types.ts';
import type { PrismaClient } from '../../src/generated/sqlite/client.ts';
import { ObservationStatus } from '../../src/generated/sqlite/enums.ts';

interface BuilderTypes {
  PrismaTypes: PrismaTypes;
  Context: { prisma: PrismaClient };
  Scalars: {
    DateTime: { Input: Date; Output: Date };
    Decimal: { Input: string; Output: { toString(): string } };
  };
}

/** The usual way of Pothos and its Prisma plugin, without policies and without tricks. */
export function buildSchema(prisma: PrismaClient): GraphQLSchema {
  const options = {
    plugins: [PrismaPlugin, RelayPlugin],
    prisma: { client: prisma, dmmf: getDatamodel() },
    relay: { nodesOnConnection: true },
  };
  // Plugins add their options to one global type: compiled beside pergola, this one would have to know scope-auth.
  const builder = new SchemaBuilder<BuilderTypes>(options as never);

  builder.scalarType('DateTime', {
    serialize: (value) => value.toISOString(),
    parseValue: (value) => new Date(String(value)),
  });
  builder.scalarType('Decimal', { serialize: (value) => value.toString(), parseValue: String });
  const Status = builder.enumType(ObservationStatus, { name: 'ObservationStatus' });

  builder.prismaObject('User', {
    fields: (t) => ({ id: t.exposeID('id'), name: t.exposeString('name') }),
  });

  builder.prismaObject('Tag', {
    fields: (t) => ({ slug: t.exposeID('slug'), label: t.exposeString('label') }),
  });

  builder.prismaObject('Site', {
    fields: (t) => ({
      id: t.exposeID('id'),
      name: t.exposeString('name'),
      latitude: t.expose('latitude', { type: 'Decimal' }),
      longitude: t.expose('longitude', { type: 'Decimal' }),
      elevationMeters: t.exposeInt('elevationMeters', { nullable: true }),
      cityId: t.exposeInt('cityId'),
      observations: t.relatedConnection('observations', { cursor: 'id', query: { orderBy: { measuredAt: 'desc' } } }),
    }),
  });

  builder.prismaObject('Observation', {
    fields: (t) => ({
      id: t.exposeID('id'),
      quantity: t.exposeString('quantity'),
      value: t.expose('value', { type: 'Decimal' }),
      unit: t.exposeString('unit'),
      measuredAt: t.expose('measuredAt', { type: 'DateTime' }),
      status: t.expose('status', { type: Status }),
      site: t.relation('site'),
      author: t.relation('author'),
      tags: t.relation('tags', { query: { orderBy: { slug: 'asc' } } }),
    }),
  });

  builder.queryType({
    fields: (t) => ({
      sites: t.prismaConnection({
        type: 'Site',
        cursor: 'id',
        args: { from: t.arg.id({ required: true }) },
        resolve: (query, _root, { from }) =>
          prisma.site.findMany({ ...query, where: { id: { gt: from } }, orderBy: { id: 'asc' } }),
      }),
      observations: t.prismaConnection({
        type: 'Observation',
        cursor: 'id',
        args: { status: t.arg({ type: Status, required: true }), quantity: t.arg.string({ required: true }) },
        resolve: (query, _root, { status, quantity }) =>
          prisma.observation.findMany({ ...query, where: { status, quantity }, orderBy: { measuredAt: 'desc' } }),
        totalCount: (_connection, { status, quantity }) => prisma.observation.count({ where: { status, quantity } }),
      }),
      observation: t.prismaField({
        type: 'Observation',
        nullable: true,
        args: { id: t.arg.id({ required: true }) },
        resolve: (query, _root, { id }) => prisma.observation.findUnique({ ...query, where: { id } }),
      }),
    }),
  });

  const ObservationInput = builder.inputType('ObservationInput', {
    fields: (t) => ({
      quantity: t.string({ required: true }),
      value: t.field({ type: 'Decimal', required: true }),
      unit: t.string({ required: true }),
      measuredAt: t.field({ type: 'DateTime', required: true }),
      siteId: t.id({ required: true }),
      authorId: t.id({ required: true }),
    }),
  });

  builder.mutationType({
    fields: (t) => ({
      createObservation: t.prismaField({
        type: 'Observation',
        args: { data: t.arg({ type: ObservationInput, required: true }) },
        resolve: (query, _root, { data }) => prisma.observation.create({ ...query, data }),
      }),
    }),
  });

  return builder.toSchema();
}
