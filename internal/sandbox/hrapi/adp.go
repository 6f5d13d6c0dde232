// SPDX-License-Identifier: MPL-2.0

package hrapi

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
)

func adpCustom(name string) string {
	return fmt.Sprintf("$.customFieldGroup.stringFields[?@.nameCode.codeValue == '%s'].stringValue", name)
}

// ADPColumns are the columns of the company's CSV file, by where StartADP has them.
var ADPColumns = map[string]string{
	"WorkerID": "workerID.idValue", "WorkerStatus": "workerStatus.statusCode.codeValue", "WorkerType": "primaryWorkAssignment.workerTypeCode.codeValue",
	"FirstName": "person.legalName.givenName", "LastName": "person.legalName.familyName1", "PreferredName": "person.preferredName.givenName", "ManagerID": "manager.associateOID",
	"HireDate": "workerDates.originalHireDate", "TerminationDate": "workerDates.terminationDate", "LastDayOfWork": adpCustom("LastDay"), "OnLeave": adpCustom("OnLeave"),
	"Department": "$.primaryWorkAssignment.homeOrganizationalUnits[?@.typeCode.codeValue == 'Department'].nameCode.shortName", "Division": adpCustom("Division"),
	"CostCenter": "primaryWorkAssignment.assignmentCostCenters.0.costCenterID", "Company": "primaryWorkAssignment.legalEntityID",
	"Location": "primaryWorkAssignment.homeWorkLocation.nameCode.shortName", "JobTitle": "primaryWorkAssignment.jobTitle", "StreetAddress": "primaryWorkAssignment.homeWorkLocation.address.lineOne",
	"City": "primaryWorkAssignment.homeWorkLocation.address.cityName", "PostalCode": "primaryWorkAssignment.homeWorkLocation.address.postalCode",
	"CountryCode": "primaryWorkAssignment.homeWorkLocation.address.countryCode", "TimeZone": adpCustom("TimeZone"),
	"OfficePhone": "businessCommunication.landlines.0.formattedNumber", "Mobile": "businessCommunication.mobiles.0.formattedNumber",
}

// ADPServer is ADP with the certificate, in PEM, that its client must have.
type ADPServer struct {
	*Server
	ClientCertificate, ClientKey string
}

// ADPManager is the relationship code of managers in StartADP. Every fifth worker has a mentor as well.
const ADPManager = "Manager"

// StartADP serves ADP's sign-in and Workers API v2 to a client that has the
// certificate, for the client User with Secret. A page has at most 100 workers, the end of the list
// is 204 No Content, no date is 2099-12-31, and some numbers have exponents.
func StartADP(c *company.Company) (*ADPServer, error) {
	certificate, key, err := clientCertificate()
	if err != nil {
		return nil, err
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM([]byte(certificate))
	mux := http.NewServeMux()
	mux.HandleFunc("POST /auth/oauth/v2/token", func(w http.ResponseWriter, r *http.Request) {
		if id, secret, _ := r.BasicAuth(); id != User || secret == "" || r.FormValue("grant_type") != "client_credentials" {
			writeJSON(w, http.StatusUnauthorized, object{"error": "invalid_client", "error_description": "The given client credentials were not valid"})
			return
		}
		writeJSON(w, http.StatusOK, object{"access_token": Token, "token_type": "Bearer", "expires_in": 3600, "scope": "api"})
	})
	mux.HandleFunc("GET /hr/v2/workers", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+Token {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		page := part(c.Workers, number(r, "$skip", 0), min(number(r, "$top", 50), 100))
		if len(page) == 0 {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		list := make([]object, len(page))
		for i, worker := range page {
			list[i] = adpWorker(worker)
		}
		writeJSON(w, http.StatusOK, object{"workers": list, "meta": nil, "confirmMessage": nil})
	})
	s := start(mux, func(s *httptest.Server) {
		s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}
	})
	return &ADPServer{Server: s, ClientCertificate: certificate, ClientKey: key}, nil
}

// clientCertificate makes a certificate that signs itself.
func clientCertificate() (certificate, key string, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", err
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "hr-reader"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return "", "", err
	}
	secret, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		return "", "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret})), nil
}

func adpID(workerID string) string { return fmt.Sprintf("G3%014X", internalID(workerID, 7_000_000)) }

func adpWorker(w *company.Worker) object {
	code := func(value string) object { return object{"codeValue": value} }
	custom := func(name, value string) object { return object{"nameCode": code(name), "stringValue": value} }
	name := object{"legalName": object{"givenName": w.FirstName, "familyName1": w.LastName, "formattedName": w.LastName + ", " + w.FirstName}}
	if w.PreferredName != "" {
		name["preferredName"] = object{"givenName": w.PreferredName}
	}
	dates := object{"originalHireDate": w.HireDate, "terminationDate": "2099-12-31"}
	if w.TerminationDate != "" {
		dates["terminationDate"] = w.TerminationDate
	}
	lastDay := "2099-12-31"
	if w.LastDayOfWork != "" {
		lastDay = w.LastDayOfWork
	}
	superiors := []object{}
	if w.ManagerID != "" {
		superiors = append(superiors, object{"associateOID": adpID(w.ManagerID), "reportsToRelationshipCode": code(ADPManager)})
		if internalID(w.ID, 0)%5 == 0 {
			superiors = append([]object{{"associateOID": adpID("000001"), "reportsToRelationshipCode": code("Mentor")}}, superiors...)
		}
	}
	return object{
		"associateOID": adpID(w.ID), "workerID": object{"idValue": w.ID}, "person": name, "workerDates": dates, "workerStatus": object{"statusCode": code(w.Status)},
		"businessCommunication": object{"landlines": []object{{"formattedNumber": w.OfficePhone}}, "mobiles": []object{{"formattedNumber": w.Mobile}}, "emails": []object{}},
		"customFieldGroup": object{"stringFields": []object{custom("Division", w.Division), custom("TimeZone", w.TimeZone), custom("LastDay", lastDay),
			custom("OnLeave", map[bool]string{true: "Y", false: "N"}[w.OnLeave])}},
		"workAssignments": []object{
			{"primaryIndicator": false, "jobTitle": "Fire warden"},
			{"primaryIndicator": true, "jobTitle": w.JobTitle, "workerTypeCode": code(w.Type), "fullTimeEquivalenceRatio": json.Number("4E+1"), "legalEntityID": w.Company, "reportsTo": superiors,
				"homeOrganizationalUnits": []object{{"typeCode": code("Business Unit"), "nameCode": object{"shortName": w.Division}}, {"typeCode": code("Department"), "nameCode": object{"shortName": w.Department}}},
				"assignmentCostCenters":   []object{{"costCenterID": w.CostCenter, "costCenterPercentage": 100}},
				"homeWorkLocation": object{"nameCode": object{"shortName": w.Location},
					"address": object{"lineOne": w.StreetAddress, "cityName": w.City, "postalCode": w.PostalCode, "countryCode": w.CountryCode}}},
		},
	}
}
