// SPDX-License-Identifier: MPL-2.0

package review

import (
	"slices"
	"strings"
)

// Ranks of titles, as far as their words tell. They order titles roughly; only jumps over
// several of them are ever asked about.
const (
	rankTrainee = iota
	rankJunior
	rankOrdinary
	rankSenior
	rankLead
	rankManager
	rankDirector
	rankVicePresident
	rankChief
)

// rankWords are words of titles in English and in some other languages of Europe.
var rankWords = map[string]int{
	"intern": rankTrainee, "trainee": rankTrainee, "apprentice": rankTrainee, "student": rankTrainee, "praktikant": rankTrainee, "auszubildender": rankTrainee, "auszubildende": rankTrainee,
	"stagiaire": rankTrainee, "junior": rankJunior, "jr": rankJunior, "assistant": rankJunior, "assistent": rankJunior, "assistentin": rankJunior,
	"secretary": rankJunior, "senior": rankSenior, "sr": rankSenior, "lead": rankLead, "principal": rankLead, "supervisor": rankLead, "teamleiter": rankLead, "manager": rankManager,
	"head": rankManager, "leiter": rankManager, "leiterin": rankManager, "director": rankDirector, "directeur": rankDirector, "direktor": rankDirector,
	"direktorin": rankDirector, "vp": rankVicePresident, "svp": rankVicePresident, "evp": rankVicePresident, "avp": rankVicePresident, "chief": rankChief, "ceo": rankChief, "cfo": rankChief,
	"cto": rankChief, "coo": rankChief, "cio": rankChief, "ciso": rankChief, "chairman": rankChief, "chairwoman": rankChief, "vorstand": rankChief, "geschäftsführer": rankChief,
	"geschäftsführerin": rankChief,
}

// rank orders a title; rankOrdinary where no word of it tells.
func rank(title string) int {
	list := tokens(title)
	best, told := rankOrdinary, false
	for _, word := range list {
		r, known := rankWords[word]
		switch {
		case !known:
		case r <= rankJunior: // whatever else it says: the assistant of a director is none
			return r
		case !told || r > best:
			best, told = r, true
		}
	}
	text := strings.Join(list, " ")
	switch {
	case strings.Contains(text, "vice president"):
		return max(best, rankVicePresident)
	case slices.Contains(list, "president"), strings.Contains(text, "managing director"):
		return rankChief
	}
	return best
}
