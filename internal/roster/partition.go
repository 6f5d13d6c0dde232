// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"errors"
	"fmt"
	"hash/fnv"
)

// Partition says how to divide a population over several resources. At most one
// field is set; the zero value divides nothing. A person who moves to another
// part leaves one resource and joins another, so parts should be stable.
type Partition struct {
	// Shards divides by a hash of the worker id into that many parts. Nobody
	// ever moves to another part as long as the number stays.
	Shards int
	// Size chooses the smallest power of two of shards that makes parts of that size on
	// average. When the population outgrows it, the number doubles and half of the
	// people move to a new part; Shards avoids that.
	Size int
	// Attribute divides by the value of a target attribute in the account, or by
	// ContainerChange. People without one are in the part "none".
	Attribute string
}

// noPart is the part of accounts without a value in Partition.Attribute, and
// of everybody where nothing is divided.
const (
	noPart  = "none"
	allPart = "all"
)

func (p Partition) validate() error {
	given := 0
	for _, set := range []bool{p.Shards != 0, p.Size != 0, p.Attribute != ""} {
		if set {
			given++
		}
	}
	switch {
	case given > 1:
		return errors.New("partition: found several of shards, size and attribute, expected one")
	case p.Shards < 0 || p.Size < 0:
		return fmt.Errorf("partition: found %d, expected a positive number", min(p.Shards, p.Size))
	}
	return nil
}

// Split divides documents, by worker id, into parts by name. Shards are called
// "shard-0" and so on; all of them exist, even when nobody is in one, so that no resource
// comes and goes. value returns what an account holds in the partition's attribute.
func (p Partition) Split(documents map[string]string, value func(workerID string) string) map[string]map[string]string {
	parts := map[string]map[string]string{}
	part := func(string) string { return allPart }
	switch shards := p.shards(len(documents)); {
	case p.Attribute != "":
		part = func(id string) string {
			if v := value(id); v != "" {
				return v
			}
			return noPart
		}
	case shards > 0:
		width := len(fmt.Sprint(shards - 1))
		name := func(i int) string { return fmt.Sprintf("shard-%0*d", width, i) }
		for i := range shards {
			parts[name(i)] = map[string]string{}
		}
		part = func(id string) string { return name(int(hash(id) % uint64(shards))) }
	}
	for id, doc := range documents {
		name := part(id)
		if parts[name] == nil {
			parts[name] = map[string]string{}
		}
		parts[name][id] = doc
	}
	return parts
}

// shards returns the number of shards for n accounts, 0 for none.
func (p Partition) shards(n int) int {
	if p.Size <= 0 {
		return p.Shards
	}
	shards := 1
	for shards*p.Size < n {
		shards *= 2
	}
	return shards
}

// hash spreads ids evenly over their low bits, which FNV alone does not for
// short ids that differ in the last digit only.
func hash(id string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(id))
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	return x ^ x>>33
}
