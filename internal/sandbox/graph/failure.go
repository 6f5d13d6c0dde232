// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"fmt"
	"net/http"
)

// failure is an error as Graph answers it.
type failure struct {
	status  int
	code    string
	message string
	details []object
	header  http.Header
}

func (f *failure) Error() string { return f.code + ": " + f.message }

// object is a JSON object.
type object = map[string]any

func badRequest(format string, args ...any) *failure {
	return &failure{status: http.StatusBadRequest, code: "Request_BadRequest", message: fmt.Sprintf(format, args...)}
}

// malformed is the answer to what OData itself cannot read, before the directory is asked.
func malformed(format string, args ...any) *failure {
	return &failure{status: http.StatusBadRequest, code: "BadRequest", message: fmt.Sprintf(format, args...)}
}

func unsupported(format string, args ...any) *failure {
	return &failure{status: http.StatusBadRequest, code: "Request_UnsupportedQuery", message: fmt.Sprintf(format, args...)}
}

// about adds what is wrong with one property.
func (f *failure) about(code, property string) *failure {
	f.details = append(f.details, object{"code": code, "message": f.message, "target": property})
	return f
}

func invalidValue(kind, property string) *failure {
	return badRequest("Invalid value specified for property '%s' of resource '%s'.", property, title(kind)).about("InvalidValue", property)
}

func conflict(property string) *failure {
	return badRequest("Another object with the same value for property %s already exists.", property).about("ObjectConflict", property)
}

func notFound(id string) *failure {
	return &failure{status: http.StatusNotFound, code: "Request_ResourceNotFound",
		message: fmt.Sprintf("Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)}
}

func denied() *failure {
	return &failure{status: http.StatusForbidden, code: "Authorization_RequestDenied", message: "Insufficient privileges to complete the operation."}
}

func title(kind string) string {
	switch kind {
	case kindUser:
		return "User"
	case kindGroup:
		return "Group"
	case kindUnit:
		return "AdministrativeUnit"
	case kindApplication:
		return "ServicePrincipal"
	}
	return kind
}
