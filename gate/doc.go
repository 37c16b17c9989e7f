// Package gate stands before every face: it finds out who is asking (a cookie
// or a token becomes an Actor), from where, and in which language; it limits
// how often, refuses writes that another site's page sends, gives each request
// an id, and turns errors into status codes.
//
// It stores nothing. What always holds: behind it, From(ctx) is who asks, and
// a response carries a Content-Security-Policy without inline script or style.
package gate
