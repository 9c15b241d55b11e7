// Package rpc answers how calls come in: the gRPC server with its bounds, who asked, and what a caller is told of a fault.
//
// Handlers return faults, or errors that wrap them; here alone they become codes and details. What nobody classified is
// logged once with its cause, and the caller learns nothing of our inside.
package rpc
