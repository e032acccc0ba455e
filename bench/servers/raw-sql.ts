/** The statements of the hand-written limit, as somebody who knows SQLite would write them. */
export type Row = readonly (string | number | null)[];

export const siteQuery = {
  flat: `select id, name, latitude, longitude, elevationMeters, cityId from Site where id > ? order by id limit 20`,

  nested: `
    select s.id, s.name, (
      select json_group_array(json_array(o.id, o.quantity, cast(o.value as text), u.id, u.name))
      from (
        select id, quantity, value, authorId from Observation where siteId = s.id order by measuredAt desc limit 10
      ) as o
      join User as u on u.id = o.authorId
    )
    from Site as s where s.id > ? order by s.id limit 20`,
};

const columns = 'id, quantity, value, unit, measuredAt, status';

export const observationQuery = {
  page: `select ${columns} from Observation where status = ? and quantity = ? order by measuredAt desc limit 21`,
  nextPage: `
    select ${columns} from Observation
    where status = ? and quantity = ? and measuredAt < ? order by measuredAt desc limit 21`,
  count: 'select count(*) from Observation where status = ? and quantity = ?',
  one: `
    select o.id, o.quantity, o.value, o.unit, o.measuredAt, o.status, s.id, s.name
    from Observation as o join Site as s on s.id = o.siteId where o.id = ?`,
  tags: `
    select t.slug, t.label from _ObservationToTag as x join Tag as t on t.slug = x.B
    where x.A = ? order by t.slug`,
};

export const createInput = `
  insert into Observation (${columns}, createdAt, updatedAt, siteId, authorId) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
