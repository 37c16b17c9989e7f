// Package e2e drives the real program as a stranger would: the binary in a
// process of its own, Chromium in front of it. Its journeys are tests; what they
// share is here.
//
//	s := e2e.Start(t, e2e.Options{})      // tribune serve on a fresh folder
//	b := e2e.Open(t)                      // Chromium with a fresh profile
//	p := b.Page(390, true)                // a dark phone
//	p.Go(s.URL)
//	p.Check()                             // axe, and no sideways scrolling
//
// A page fails its test for every console error, exception, violation of the
// content security policy and failed request that p.Expect did not announce.
package e2e
