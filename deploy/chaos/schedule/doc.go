// Package schedule answers what is done to a stack under fire, and when. It is a pure function of a seed, so that what was
// found can be played again.
package schedule
