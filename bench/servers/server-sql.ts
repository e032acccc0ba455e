/** The statements of the hand-written limit on MariaDB and PostgreSQL, as somebody who knows both would write them. */
interface Dialect {
  quote(name: string): string;
  place(at: number): string;
  /** A moment as the API writes it. */
  moment(column: string): string;
  text(value: string): string;
  /** Ten observations of the site `s`, newest first, each with its author, as JSON. */
  readonly nested: string;
}

const mysql: Dialect = {
  quote: (name) => `\`${name}\``,
  place: () => '?',
  moment: (column) => `date_format(${column}, '%Y-%m-%dT%H:%i:%s.%f')`,
  text: (value) => `cast(${value} as char)`,
  nested: `(select json_arrayagg(json_array(o.id, o.quantity, cast(o.value as char), u.id, u.name) order by o.measuredAt desc limit 10)
      from Observation as o join User as u on u.id = o.authorId where o.siteId = s.id)`,
};

const postgresql: Dialect = {
  quote: (name) => `"${name}"`,
  place: (at) => `$${at}`,
  moment: (column) => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS')`,
  text: (value) => `${value}::text`,
  nested: `(select json_agg(json_build_array(o.id, o.quantity, o.value::text, u.id, u.name) order by o."measuredAt" desc) from (
      select id, quantity, value, "authorId", "measuredAt" from "Observation" where "siteId" = s.id order by "measuredAt" desc limit 10
    ) as o join "User" as u on u.id = o."authorId")`,
};

export type Statements = ReturnType<typeof statementsFor>;

export function statementsFor(engine: 'mysql' | 'postgresql') {
  const { quote, place, moment, text, nested } = { mysql, postgresql }[engine];
  const [observation, site, tag, tie] = ['Observation', 'Site', 'Tag', '_ObservationToTag'].map(quote);
  const columns = (of = '') =>
    `${of}id, ${of}quantity, ${text(`${of}value`)}, ${of}unit, ${moment(`${of}${quote('measuredAt')}`)}, ${of}status`;
  const list = [
    'id',
    'quantity',
    'value',
    'unit',
    'measuredAt',
    'status',
    'createdAt',
    'updatedAt',
    'siteId',
    'authorId',
  ];
  const filter = `status = ${place(1)} and quantity = ${place(2)}`;
  const newest = `order by ${quote('measuredAt')} desc limit 21`;
  return {
    sites: `select id, name, ${text('latitude')}, ${text('longitude')}, ${quote('elevationMeters')}, ${quote('cityId')}
      from ${site} where id > ${place(1)} order by id limit 20`,
    nestedSites: `select s.id, s.name, ${nested} from ${site} as s where s.id > ${place(1)} order by s.id limit 20`,
    page: `select ${columns()} from ${observation} where ${filter} ${newest}`,
    nextPage: `select ${columns()} from ${observation} where ${filter} and ${quote('measuredAt')} < ${place(3)} ${newest}`,
    count: `select count(*) from ${observation} where ${filter}`,
    one: `select ${columns('o.')}, s.id, s.name from ${observation} as o join ${site} as s on s.id = o.${quote('siteId')} where o.id = ${place(1)}`,
    tags: `select t.slug, t.label from ${tie} as x join ${tag} as t on t.slug = x.${quote('B')} where x.${quote('A')} = ${place(1)} order by t.slug`,
    insert: `insert into ${observation} (${list.map(quote).join(', ')}) values (${list.map((_, at) => place(at + 1)).join(', ')})`,
  };
}
