// SPDX-License-Identifier: MPL-2.0

package bamboohr

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
)

// recorded returns the report in an HTTP archive.
func recorded(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var archive struct {
		Log struct {
			Entries []struct {
				Request  struct{ URL string }
				Response struct{ Content struct{ Text string } }
			}
		}
	}
	if err := json.Unmarshal(text, &archive); err != nil {
		return nil, err
	}
	for _, entry := range archive.Log.Entries {
		if strings.Contains(entry.Request.URL, "/reports/custom") {
			return []byte(entry.Response.Content.Text), nil
		}
	}
	return nil, errors.New("the archive has no report")
}
