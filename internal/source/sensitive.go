// SPDX-License-Identifier: MPL-2.0

package source

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// sensitiveWords are whole words of a column's name that give it away; the
// short ones would otherwise be found inside of others, as "ssn" is in
// "business name".
var sensitiveWords = strings.Fields(`
	ssn sin nino tin itin ein bsn pesel cpf curp nif nie dni cnp hetu egn oib jmbg rut cpr amka nric aadhaar aadhar
	dob iban bic swift sortcode race wage wages bonus lohn loon lonn palkka salaire sueldo
	tax taxes pension veteran religion religious password passwort passwd kennwort
	hispanic latino latina latinx married spouse visa rating ratings bewertung
	sick salud salute helse halsa raza raca caste tribe ancestry nir nss rib`)

// sensitiveParts are found anywhere in the column's name once it is reduced to
// lower-case letters and digits without accents.
var sensitiveParts = strings.Fields(`
	socialsecurity socialinsurance nationalid nationalinsurance nationalidentif nationalregist identitycard identitynumber governmentid
	personnummer fodselsnummer cprnummer henkilotunnus codicefiscale codigofiscal rijksregister burgerservice securitesociale numerosecu seguridadsocial
	sozialversicherung rentenversicherung svnummer svnr personalausweis ausweisnummer
	passport passeport pasaporte passaporto paspoort reisepass passnummer driverslicen drivinglicen driverlicen fuhrerschein
	birth geburt naissance nacimiento nascita nascimento geboorte fodsels fodelse syntyma urodzenia narozeni
	salary salaris salario stipendio gehalt wynagrodzenie compensation payrate hourlyrate basepay annualpay grosspay netpay remuneration vergutung
	bankaccount bankname banknumber bankcode banksort bankverbindung bankkonto kontonummer kontonr accountnumber routingnumber creditcard kreditkarte comptebancaire cuentabancaria contobancario
	taxid taxnumber taxcode taxfile taxpayer steuerid steuernummer steuernr steuerklasse lohnsteuer numerofiscal impuesto
	health gesundheit sante medical krankenkasse krankenversicherung krankheit sickness illness disabilit disabled behinder handicap diagnos pregnan schwanger
	religio konfession kirchensteuer ethnic ethnie rassisch nationalorigin sexualorient sexuelle genderidentity politic
	hispaniclatino citizen staatsangeh burgerschaft maritaldesc marital performancescore performancerating performancereview leistungsbeurteilung appraisal disciplinary
	termreason terminationreason reasonforterm reasonofterm leavingreason leavereason reasonforleaving exitreason kundigungsgrund austrittsgrund motifdepart
	workpermit residencepermit immigration aufenthaltstitel emergencycontact notfallkontakt bloodtype blutgruppe
	tradeunion unionmember gewerkschaft syndicat sindica criminal strafregister maritalstatus familienstand etatcivil estadocivil biometric
	homeaddress homestreet homecity homezip homepostal homepostcode residentialaddress privateaddress personaladdress
	privatadresse privatanschrift wohnanschrift wohnadresse adresseprive adressepersonnelle adresseperso
	domicil direccionparticular direccionpersonal
	woonadres priveadres thuisadres huisadres indirizzoprivato indirizzodiresidenza enderecoresidencial adreszamieszkania bostadsadress bopael
	nationalit nacionalid nazionalita cittadinanza citoyennete ciudadania cidadania burgerstatus statsborger medborgarskap
	obywatelstwo narodowosc
	situationfamiliale situationmatrimoniale statocivile burgerlijkestaat civilstand sivilstatus stancywilny
	maladie enfermedad discapacidad minusvalia bajamedica gezondheid ziekte arbeidsongeschikt malattia invalidita saude doenca deficiencia
	sykdom sjukdom sygdom zdrowi niepelnospraw krankmeldung krankenstand arbeitsunfahig mutterschutz
	vakbond sindacat fagforening fackforening zwiazkizawodowe
	bruttolohn nettolohn stundenlohn monatslohn jahreslohn grundlohn lohngruppe lohnart entgelt besoldung salair brutoloon
	nettoloon uurloon maandloon
	retribuzione remuneracion lonnstrinn
	coordonneesbancaires bankrekening rekeningnummer contocorrente cuentabanc
	godsdienst geloofsovertuiging etnicit etnia origineethnique
	motifdedepart motifsortie motifdesortie motifdefin raisondepart raisondedepart licenciement motivobaja motivodebaja
	motivodelabaja motivosalida motivodesalida causabaja
	redenvertrek redenuitdienst redenontslag ontslagreden vertrekreden motivocessazione motivouscita motivodesligamento
	motivorescisao motivosaida
	grundderkundigung abgangsgrund trennungsgrund beendigungsgrund dismissalreason reasonfordismissal exitinterview przyczynazwolnienia
	beurteilung abmahnung evaluation desempeno beoordeling valutazione avaliacao
	fechanac nextofkin identiteitskaart rijbewijs cartedidentite carteidentite`)

// Sensitive reports whether the name of a column says that it holds what no
// directory needs and the law protects: national and tax ids, birth dates, pay
// and bank data, health, religion, ethnicity, nationality, convictions, family status,
// union membership (GDPR articles 9, 10 and 87), where somebody lives, how they
// are judged, why they left, or passwords. It knows names in
// English, German, French, Spanish, Italian, Portuguese, Dutch, Nordic and
// some Slavic languages. It is a net, not a proof: naming the wanted columns is
// the safe way.
func Sensitive(column string) bool {
	list := columnWords(column)
	for _, w := range list {
		if slices.Contains(sensitiveWords, w) {
			return true
		}
	}
	whole := strings.Join(list, "")
	return slices.ContainsFunc(sensitiveParts, func(part string) bool { return strings.Contains(whole, part) })
}

// columnWords splits a name as people do: at everything that is no letter or
// digit and where capitals begin ("SSNNumber" is SSN, Number). The words are in
// lower case and without accents.
func columnWords(column string) []string {
	column = strings.NewReplacer("ß", "ss", "ø", "o", "Ø", "O", "ł", "l", "Ł", "L", "æ", "ae", "Æ", "Ae").Replace(column)
	if plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn))), column); err == nil {
		column = plain
	}
	var list []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			list = append(list, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
	text := []rune(column)
	for i, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush()
			continue
		}
		begins := unicode.IsUpper(r) && i > 0 &&
			(unicode.IsLower(text[i-1]) || unicode.IsUpper(text[i-1]) && i+1 < len(text) && unicode.IsLower(text[i+1]))
		if begins {
			flush()
		}
		word = append(word, r)
	}
	flush()
	return list
}
