package rpc

import (
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// away are the classes and codes with which Postgres says that it cannot now, though it may in a moment: connection
// trouble, out of resources, shutting down or starting, a row locked for too long, a statement that took too long, a
// deadlock that outlived its retries [official: PostgreSQL 15, Appendix A].
var away = []string{"08", "53", "57P", "55P03", "57014", "40001", "40P01", "25P03"} //nolint:gochecknoglobals // a constant list

// storeIsDown reports whether err means that Postgres cannot answer now.
func storeIsDown(err error) bool {
	var said *pgconn.PgError
	if errors.As(err, &said) {
		for _, code := range away {
			if strings.HasPrefix(said.Code, code) {
				return true
			}
		}
		return false
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) && !network.Timeout() ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, pgconn.ErrConnClosed)
}
