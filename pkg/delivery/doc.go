// Package delivery answers what a vendor's webhook calls told, each once: proof, one transaction, 2xx.
//
// What a call tells is applied only if it is a signed and ordered snapshot; everything else is a hint that queues a
// fetch. A call that Postgres cannot take gets a 503 and is sent again; what never comes again is the sweep's to find.
package delivery
