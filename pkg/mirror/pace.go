package mirror

// keepPace spaces the next looks at an entity: a quarter of a second after one that found something new, twice as long
// after each further one, at most sixteen seconds. An entity that was left alone for as long again, and five seconds, is
// looked at as soon as ever. A few entities that have come to rest are forgotten on the way.
const keepPace = `
with rested as (
	delete from pace where (connection, kind, vendor_id) in (
		select connection, kind, vendor_id from pace where until < now() - interval '5 minutes' and (connection, kind, vendor_id) <> ($1, $2, $3)
		order by until limit 10 for update skip locked)),
next as (
	insert into pace as p (connection, kind, vendor_id, streak, until) values ($1, $2, $3, 1, now() + interval '250 milliseconds')
	on conflict (connection, kind, vendor_id) do update set (streak, until) = (
		select k, now() + interval '250 milliseconds' * power(2, k - 1) from (select case
			when p.until + interval '250 milliseconds' * power(2, p.streak - 1) + interval '5 seconds' < now() then 1
			else least(p.streak + 1, 7) end as k) streak)
	returning until)
update job set runnable_at = greatest(runnable_at, next.until) from next
where connection = $1 and kind = $2 and vendor_id = $3 and class = 1 and state in (0, 1)`

// found reports whether an observation told something new.
func (r Result) found() bool {
	switch r.Outcome {
	case Inserted, Changed, Revived, Merged:
		return true
	default:
		return false
	}
}
