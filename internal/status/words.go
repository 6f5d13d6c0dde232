// SPDX-License-Identifier: MPL-2.0

package status

import (
	"slices"
	"strings"
)

// vocabulary holds the phrases of each class in the form that split gives them:
// lower case, without accents and punctuation. It covers the words of Workday,
// SuccessFactors, ADP, BambooHR, Personio, HiBob, UKG, Rippling, Dayforce, Oracle
// HCM and SCIM, and those that exports use in English, German, French, Spanish,
// Italian, Dutch, Portuguese and Polish.
var vocabulary = map[Class]string{
	Active: `active, activated, currently employed, employed, employed here, working, currently working, works, current, current employee, in
		service, in employment, in active employment, in active service, rehired, reinstated, reactivated, returned from leave, on
		payroll, notice period, on notice, under notice, serving notice, working notice, in notice period, aktiv, aktiver, aktive,
		beschaftigt, angestellt, im dienst, im beschaftigungsverhaltnis, tatig, actif, active, en activite, en poste, present, employe
		actif, activo, activa, en activo, empleado activo, de alta, attivo, attiva, in servizio, in forza, actief, in dienst, werkzaam,
		ativo, ativa, em atividade, trabalhando, aktywny, aktywna, zatrudniony, zatrudniona, pracuje, 1, true`,
	Prehire: `prehire, pre hire, prehired, pending hire, pending new hire, hire pending, pending start, pending onboarding, future hire,
		future start, future starter, future dated hire, future employee, new hire, new starter, hired, accepted, offer accepted,
		accepted offer, onboarding, in onboarding, preboarding, pre boarding, preonboarding, pre start, prestart, pre employment, pre
		joiner, joiner, starting soon, start pending, not started, not yet started, not yet hired, not yet active, not yet joined,
		upcoming, to be hired, awaiting start, ready to hire, vor eintritt, voreintritt, zukunftig, eintritt geplant, noch nicht
		eingetreten, neueintritt, futur embauche, embauche prevue, pre embauche, futura contratacion, pendiente de ingreso, nog niet
		gestart, noch nicht begonnen, zukunftiger eintritt, eintritt zukunftig, pas encore commence, futuro ingreso, da assumere, nog niet
		in dienst, admissao futura, przyszły pracownik`,
	OnLeave: `on leave, onleave, leave, leave of absence, leaveofabsence, loa, on loa, lwop, fmla, on fmla, paid leave, unpaid leave, leave
		paid, leave unpaid, leave with pay, leave without pay, on paid leave, on unpaid leave, on absence, long term absence, long term
		absent, parental leave, maternity leave, paternity leave, maternity, on maternity, on maternity leave, on parental leave, sick
		leave, on sick leave, long term sick, medical leave, military leave, family leave, study leave, educational leave, personal
		leave, disability leave, short term disability, long term disability, bereavement leave, sabbatical, on sabbatical, career
		break, beurlaubt, elternzeit, in elternzeit, mutterschutz, im mutterschutz, langzeitkrank, krank, abwesend, ruhend, sabbatjahr,
		sonderurlaub, en conge, conge, conge parental, conge maternite, conge paternite, conge sabbatique, arret maladie, de permiso, en
		licencia, licencia, excedencia, en excedencia, baja medica, baja maternal, baja por maternidad, baja por paternidad, in
		aspettativa, in congedo, met verlof, verlof, zwangerschapsverlof, de licenca, licenca, langzeiterkrankung, langzeiterkrankt, conge maladie, en conge
		maladie, en conge parental, en conge maternite, conge sans solde, en conge sans solde, baja por enfermedad, malattia, in
		malattia, maternita, in maternita, congedo parentale, ziek, langdurig ziek, onbetaald verlof, ouderschapsverlof, licenca
		maternidade, na urlopie, urlop macierzynski, urlop wychowawczy, urlop bezpłatny, zwolnienie lekarskie`,
	Suspended: `suspended, suspension, on suspension, dormant, furlough, furloughed, on furlough, garden leave, gardening leave, on garden
		leave, on gardening leave, gardenleave, barred, administrative leave, on administrative leave, investigatory leave, suspendiert,
		freigestellt, freistellung, in freistellung, suspendu, suspendue, mise a pied, dispense d activite, suspendido, suspendida,
		sospeso, sospesa, geschorst, suspenso, suspensa, op non actief, zawieszony, zawieszona`,
	Left: `left, left company, left the company, left organisation, left organization, has left, leaver, left employment, inactive, in
		active, not active, non active, deactivated, no longer active, no longer employed, nolongeremployed, no longer working, not
		employed, unemployed, ended, employment ended, ended employment, contract ended, end of contract, contract expired, assignment
		ended, expired, terminated, termed, termd, terminated for cause, terminated with cause, terminated without cause, separated,
		separated from service, resigned, retired, retiree, pensioner, pensioned, dismissed, discharged, fired, laid off, laidoff,
		layoff, made redundant, redundant, redundancy, let go, discarded, deceased, died, dead, departed, exited, offboarded, quit,
		former, former employee, former worker, former staff, former contractor, formeremployee, ex employee, exemployee, past employee,
		alumni, alumnus, voluntarily terminated, involuntarily terminated, abandoned, job abandonment, 0, false, inaktiv, nicht aktiv,
		ausgeschieden, ausgetreten, austritt, ehemalig, ehemaliger, ehemalige, ehemaliger mitarbeiter, ehemalige mitarbeiterin, ex
		mitarbeiter, entlassen, pensioniert, verrentet, berentet, im ruhestand, rentner, verstorben, beendet, abgemeldet, inactif,
		inactive, sorti, sortie, parti, partie, demissionnaire, demissionne, licencie, licenciee, retraite, retraitee, decede, decedee,
		ancien employe, ancien salarie, ancienne salariee, fin de contrat, contrat termine, inactivo, inactiva, no activo, no activa, de
		baja, baja, baja voluntaria, baja definitiva, cesado, cesada, despedido, despedida, jubilado, jubilada, fallecido, fallecida,
		terminado, exempleado, ex empleado, inattivo, inattiva, cessato, cessata, licenziato, licenziata, dimesso, dimessa, pensionato,
		pensionata, inactief, niet actief, uit dienst, ontslagen, gepensioneerd, overleden, inativo, inativa, desligado, desligada,
		demitido, demitida, aposentado, aposentada, falecido, falecida, nao ativo, nao ativa, contrato rescindido, austritt erfolgt, nicht mehr
		beschaftigt, ruhestand, vertrag beendet, non actif, pas actif, plus actif, dado de baja, finiquitado, non attivo, non attiva,
		deceduto, deceduta, niet in dienst, niet meer in dienst, uit dienst getreden, nieaktywny, nieaktywna, zwolniony,
		zwolniona, niezatrudniony, niezatrudniona, były pracownik, była pracownica, emeryt, emerytka, na emeryturze, zmarły, zmarła,
		umowa rozwiazana, rozwiazana umowa`,
	NeverStarted: `rescinded, hire rescinded, rescinded hire, offer rescinded, rescinded offer, withdrawn, offer withdrawn, withdrew, candidate
		withdrew, application withdrawn, no show, noshow, reported no show, did not show, did not start, did not join, never started,
		never joined, never hired, not hired, offer declined, declined offer, declined, offer rejected, rejected offer, rejected, hire
		cancelled, hire canceled, cancelled hire, canceled hire, cancelled, canceled, start cancelled, start canceled, revoked, offer
		revoked, reneged, nicht angetreten, nicht erschienen, storniert, zuruckgezogen, abgelehnt, nie angetreten, embauche annulee,
		annule, annulee, desiste, jamais commence, contratacion anulada, anulado, no presentado, rechazado`,
}

// qualified are words that say more and change nothing.
const qualified = `employee, employees, worker, staff, contractor, contingent, associate, person, member, personnel, mitarbeiter, mitarbeiterin,
		angestellter, salarie, salariee, employe, empleado, empleada, medewerker, voluntary, voluntarily, involuntary, involuntarily,
		voluntaria, volontaire, freiwillig, regular, temporary, permanent, seasonal, intern, full, part, time, fulltime, parttime, ft,
		pt, casual, hourly, salaried, payroll, eligible, ineligible, benefits, paid, unpaid, with, without, pay, cause, for, by, of,
		the, and, status, employment, short, long, early, mutual, agreement, company, reason, parental, maternity, paternity, sick,
		medical, military, family, study, educational, personal, disability, bereavement, fmla, annual`

// remarks are phrases that say more and change nothing, of words that would by themselves.
const remarks = `no payroll, payroll ineligible, not payroll eligible, no pay, without notice, no notice, without notice
		period, no notice period`

var (
	phrases       = map[string]Class{}
	qualifiers    = map[string]bool{}
	longestPhrase = 1
)

// order has the classes in the order in which documentation lists them.
var order = []Class{Active, Prehire, OnLeave, Suspended, Left, NeverStarted}

func init() {
	for _, class := range order {
		for _, phrase := range list(vocabulary[class]) {
			if _, taken := phrases[phrase]; !taken {
				phrases[phrase] = class
			}
			longestPhrase = max(longestPhrase, strings.Count(phrase, " ")+1)
		}
	}
	for _, phrase := range list(remarks) {
		phrases[phrase] = Unsaid
	}
	for _, word := range list(qualified) {
		qualifiers[word] = true
	}
}

// list reads a text of phrases with commas between them.
func list(text string) []string {
	var out []string
	for phrase := range strings.SplitSeq(text, ",") {
		if phrase = strings.Join(strings.Fields(phrase), " "); phrase != "" {
			out = append(out, phrase)
		}
	}
	return out
}

// Classes returns the classes a word can have, in the order of documentation.
func Classes() []Class { return slices.Clone(order) }

// Phrases returns the phrases of a class, as documentation lists them.
func Phrases(class Class) []string { return list(vocabulary[class]) }
