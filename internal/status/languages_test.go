// SPDX-License-Identifier: MPL-2.0

package status

import (
	"strings"
	"testing"
)

// TestLanguages: the words with which HR systems in other languages say it, and those that say too little.
func TestLanguages(t *testing.T) {
	for class, words := range map[Class]string{
		Active:  "Aktywny|Zatrudniona|pracuje",
		Prehire: "Noch nicht begonnen|Zukünftiger Eintritt|Pas encore commencé|Futuro ingreso|Da assumere|Nog niet in dienst|Admissão futura",
		OnLeave: "Langzeiterkrankung|En congé sans solde|Baja por enfermedad|In malattia|Maternità|Ziek|Onbetaald verlof|" +
			"Licença maternidade|Na urlopie|Urlop bezpłatny|Urlop macierzyński",
		Suspended: "Op non-actief|Zawieszony",
		Left: "Austritt erfolgt|nicht mehr beschäftigt|Vertrag beendet|Non actif|Plus actif|Dado de baja|Falecido|Não ativo|" +
			"Contrato rescindido|Non attivo|Deceduta|Niet in dienst|Niet meer in dienst|Nieaktywny|Zwolniona|" +
			"Niezatrudniony|Były pracownik|Na emeryturze|Umowa rozwiązana",
		Unknown: "gekündigt|In Kündigung|Dimissionario|Wypowiedzenie|Afastado|-1|+1| -1 |-0|1-|−1|–1|- 1|(1)|Не активен|Аctive|Actіve",
	} {
		for word := range strings.SplitSeq(words, "|") {
			if got := Classify(word); got != class {
				t.Errorf("%q is %q, want %q", word, got, class)
			}
		}
	}
}
