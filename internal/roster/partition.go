// SPDX-License-Identifier: MPL-2.0

package roster

// Partition says how to divide a population over several resources.
type Partition struct {
	// Shards divides by a hash of the worker id into that many parts. Nobody
	// ever moves to another part as long as the number stays.
	Shards int
	// Size chooses the smallest power of two of shards that makes parts of about that
	// size. When the population outgrows it, the number doubles and half of the
	// people move to a new part.
	Size int
	// Attribute divides by the value of a target attribute, or by ContainerChange.
	Attribute string
}
