// Package tribune is the composition root: it reads the configuration, opens a
// site (its database and everything over it), and runs its faces and its
// background work until it is told to stop. It holds no rules.
package tribune
