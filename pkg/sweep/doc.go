// Package sweep answers what webhooks dropped: it follows each kind's change feed at the vendor from a saved cursor.
//
// One replica holds a sweep's lease. A page is applied and the cursor saved in one transaction under that lease's own
// number, so a replica that was paused for longer than its lease changes nothing any more.
package sweep
