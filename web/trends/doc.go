// Package trends is the pages of the desk that say what changes in what is
// said: spikes, and what rises. Each thing on them opens to its voices.
package trends
