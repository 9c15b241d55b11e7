package mirror

import (
	"fmt"
	"strings"
)

// statements are the ones that keep promises, built once per kind from its table and columns. They are the same for
// every kind, so that no clause can be forgotten in one.
type statements struct {
	load, peek, loadUID, peekUID string
	insert, update, fold, touch  string
	get, getUID, locate, crowd   string
	announce, parents, byAlias   string
	loadEither                   string
	loadCalm, loadEitherCalm     string
	many, child                  string
	byUID, byVendorID            locks
	lockFree, writesOf           string
	updateAll, foldAll           string
	parentIDs                    string
}

// rowColumns are the columns that every mirror table has, in the order in which scan reads them.
const rowColumns = `connection, uid, vendor_id, version, confirmed, effective, digest, closed, closed_at,
	vendor_version, vendor_time, suspected_at, as_of, refusal, deleted_at, created_at`

// prepare builds the statements; parent is the table of the kind's parent, empty where it has none.
func (t *Table) prepare(parent string) error {
	find := fmt.Sprintf("select %s, %s, %s from %s r where connection = $1 and ", rowColumns, parentColumn(parent), busy(t.Name, parent), t.Table)
	hold := strings.Replace(find, busy(t.Name, parent), "false as busy", 1) // which matters to a sweep alone
	read := fmt.Sprintf("select effective, as_of from %s where connection = $1 and version > 0 and ", t.Table)
	alias := fmt.Sprintf("(select uid from alias where connection = $1 and kind = '%s' and name = ", t.Name)
	t.sql = statements{
		peek:           find + `vendor_id = any($2::text[]) order by vendor_id`,
		load:           find + `vendor_id = any($2::text[]) order by uid for update`,
		loadEither:     find + `(vendor_id = any($2::text[]) or uid = any($3::uuid[])) order by uid for update`,
		loadCalm:       hold + `vendor_id = any($2::text[]) order by uid for update`,
		loadEitherCalm: hold + `(vendor_id = any($2::text[]) or uid = any($3::uuid[])) order by uid for update`,
		peekUID:        hold + `uid = any($2::uuid[])`,
		loadUID:        find + `uid = any($2::uuid[]) order by uid for update`,
		locate:         fmt.Sprintf(`select uid from %s where connection = $1 and vendor_id = $2`, t.Table),
		get:            read + `vendor_id = $2`,
		getUID:         read + `uid = coalesce(` + alias + `'~' || $2::uuid), $2)`,
		byAlias:        read + `uid = ` + alias + `$2)`,
		many: fmt.Sprintf(`select coalesce(vendor_id, ''), uid, effective, as_of from %s
			where connection = $1 and version > 0 and (vendor_id = any($2::text[]) or uid = any($3::uuid[]))`, t.Table),
		child: read + `parent = $2 and case when $3 = '' then uid = $4 else vendor_id = $3 end`,
		touch: fmt.Sprintf(`update %s set closed = $3, closed_at = $4, vendor_version = $5, vendor_time = $6, suspected_at = $7, as_of = $8
			where connection = $1 and uid = $2`, t.Table),
		crowd: fmt.Sprintf(`with b as (select greatest($2::bigint, coalesce((select believe from cursor
				where connection = $1 and kind = '%s' and believe_until > clock_timestamp()), 0)) as most)
			select (select count(*) from (select from %s where connection = $1 and suspected_at is not null and deleted_at is null
				limit (select most + 1 from b)) suspects) > most from b`, t.Name, t.Table),
		parents: fmt.Sprintf(`select vendor_id, uid, version > 0,
			version = 0 and (confirmed is not null or coalesce(closed_at >= suspected_at + $3::interval, false))
			from %s where connection = $1 and vendor_id = any($2::text[])
			union all select name, uid, true, false from alias where connection = $1 and kind = '%s' and name = any($2::text[])`, t.Table, t.Name),
		// only for a row that is really there: an insert that lost a race is not
		announce: fmt.Sprintf(`insert into change (connection, kind, uid, version, name, successor)
			select $1, '%s', $2, $3, $4, $5 from %s where connection = $1 and uid = $2`, t.Name, t.Table),
	}
	t.sql.byUID, t.sql.byVendorID = t.locks(hold, parent, "uid"), t.locks(hold, parent, "vendor_id")
	t.sql.parentIDs = fmt.Sprintf(`select r.uid, coalesce(p.vendor_id, ''), p.confirmed from %s r join %s p on p.connection = r.connection and p.uid = r.parent
		where r.connection = $1 and r.uid = any($2::uuid[])`, t.Table, parent)
	named := fmt.Sprintf("$2::uuid[] || array(select uid from %s where connection = $1 and vendor_id = any($3::text[]))", t.Table)
	t.sql.lockFree, t.sql.writesOf = hold+`uid = any(`+named+`) for update skip locked`, foldedWrites(named)
	t.sql.insert, t.sql.update = t.writes()
	t.sql.fold = fmt.Sprintf("update %s set version = $3, effective = $4, deleted_at = $5, refusal = null", t.Table)
	for i, n := range t.ColumnNames {
		t.sql.fold += fmt.Sprintf(", %s = $%d", n, i+6)
	}
	t.sql.fold += " where connection = $1 and uid = $2"
	return t.prepareAll()
}

// prepareAll builds the statements of a Writing.
func (t *Table) prepareAll() error {
	filters, err := typed(t.ColumnNames, t.columns(t.fresh()))
	if err != nil {
		return fmt.Errorf("kind %s: %w", t.Name, err)
	}
	columns := []string{
		"uid uuid", "vendor_id text", "version bigint", "confirmed bytea", "effective bytea", "payload jsonb", "digest bytea", "closed bigint",
		"closed_at timestamptz", "vendor_version bigint", "vendor_time timestamptz", "suspected_at timestamptz", "as_of timestamptz",
		"refusal jsonb", "deleted_at timestamptz",
	}
	if t.Parent != "" {
		columns = append(columns, "parent uuid")
	}
	columns = append(columns, filters...)
	t.sql.updateAll = fmt.Sprintf("update %s r set ", t.Table) + assigned(columns[1:]) + from(append(columns, "whole boolean"))
	looks := append([]string{"uid uuid", "version bigint", "effective bytea", "deleted_at timestamptz"}, filters...)
	t.sql.foldAll = fmt.Sprintf("update %s r set refusal = null, ", t.Table) + assigned(looks[1:]) + from(looks)
	return nil
}

// assigned sets columns to those of k, and merges the payload: what is not covered is left alone.
func assigned(columns []string) string {
	sets := make([]string, len(columns))
	for i, c := range columns {
		name, _, _ := strings.Cut(c, " ")
		if sets[i] = name + " = k." + name; name == "payload" {
			sets[i] = `payload = case when k.payload is null then r.payload when k.whole then k.payload else coalesce(r.payload, '{}') || k.payload end`
		}
	}
	return strings.Join(sets, ", ")
}

// parentColumn reads the parent's uid, or null where the kind has none.
func parentColumn(parent string) string {
	if parent == "" {
		return "null::uuid as parent"
	}
	return "parent"
}

// busy reads whether a fetch or write of the entity is queued or under way: queued ones count, because they may be
// claimed while we look. It is read with the row: when a fetch has ended, the same snapshot shows what it brought. A
// fetch by the parent's id is one of all its children.
func busy(kind, parent string) string {
	ids := "= r.vendor_id"
	if parent != "" {
		ids = fmt.Sprintf("in (r.vendor_id, (select p.vendor_id from %s p where p.connection = r.connection and p.uid = r.parent))", parent)
	}
	return fmt.Sprintf(`(exists (select from job j where j.class = 1 and j.connection = r.connection and j.kind = '%s' and j.vendor_id %s)
		or exists (select from job j where j.folded and j.connection = r.connection and j.uid = r.uid)) as busy`, kind, ids)
}

// written are the columns that insert and update set, in the order of Entity.values.
func (t *Table) written() []string {
	names := []string{
		"connection", "uid", "vendor_id", "version", "confirmed", "effective", "payload", "digest", "closed", "closed_at",
		"vendor_version", "vendor_time", "suspected_at", "as_of", "refusal", "deleted_at",
	}
	if t.Parent != "" {
		names = append(names, "parent")
	}
	return append(names, t.ColumnNames...)
}

func (t *Table) writes() (insert, update string) {
	names := t.written()
	marks, sets := make([]string, len(names)), make([]string, 0, len(names))
	for i, n := range names {
		marks[i] = fmt.Sprintf("$%d", i+1)
		switch n {
		case "connection", "uid":
		case "payload": // what is not covered is left alone; the last parameter says that everything was
			sets = append(sets, fmt.Sprintf(`payload = case when $%[1]d::jsonb is null then payload when $%[2]d then $%[1]d::jsonb
				else coalesce(payload, '{}') || $%[1]d::jsonb end`, i+1, len(names)+1))
		default:
			sets = append(sets, fmt.Sprintf("%s = $%d", n, i+1))
		}
	}
	insert = fmt.Sprintf("insert into %s (%s) values (%s) on conflict (connection, vendor_id) do nothing",
		t.Table, strings.Join(names, ", "), strings.Join(marks, ", "))
	update = fmt.Sprintf("update %s set %s where connection = $1 and uid = $2", t.Table, strings.Join(sets, ", "))
	return insert, update
}
