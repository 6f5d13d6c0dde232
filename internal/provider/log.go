// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"strings"
)

// frameworkLogs set the levels of what the framework, and the protocol below it, log about themselves.
var frameworkLogs = []string{"TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"}

// SilenceFramework ends the log of the framework in this process where nobody asks Terraform for a log
// with any of its TF_LOG variables: Terraform would throw all of it away. It matters because the
// framework looks for its logger once or more for every element of a map, through contexts that grow by one with
// every element, and writes a line about it: more than a quarter of the processor time of a plan for 5,000
// people. It is to be called before the provider serves.
func SilenceFramework() error {
	for _, setting := range os.Environ() {
		if name, value, _ := strings.Cut(setting, "="); strings.HasPrefix(name, "TF_LOG") && value != "" {
			return nil
		}
	}
	for _, name := range frameworkLogs {
		if err := os.Setenv(name, "OFF"); err != nil {
			return err
		}
	}
	return nil
}
