// SPDX-License-Identifier: MPL-2.0

package expression

var uniqueFunctions = []definition{
	{name: "SelectUniqueValue", params: "uniqueValueRule any*", result: textType, dialects: "PC",
		description: "Returns the first candidate that is not taken in the target; it must be the whole expression."},
	{name: "Counter", params: "start number?", result: numberType, bind: bindCounter, varies: true,
		description: "Inside SelectUniqueValue: makes the argument give a candidate for each number from start (2 if omitted) to 9999."},
	{name: "AppRoleAssignmentsComplex", params: "appRoleAssignments any", dialects: "P",
		description: "Not available: role assignments are provisioned outbound to applications, not from HR."},
	{name: "AssertiveAppRoleAssignmentsComplex", params: "appRoleAssignments any", dialects: "P",
		description: "Not available: role assignments are provisioned outbound to applications, not from HR."},
	{name: "SingleAppRoleAssignment", params: "appRoleAssignments any", dialects: "PC",
		description: "Not available: role assignments are provisioned outbound to applications, not from HR."},
}

func bindCounter(c *call) evaluator {
	if !c.inRule {
		c.fail(c.pos, "Counter stands outside of SelectUniqueValue", "expected inside an argument of SelectUniqueValue")
		return nil
	}
	start := 2
	if c.args[0] != nil {
		text, ok := c.constant(0)
		if !ok {
			c.reject(0, "start is computed", "expected a whole number")
			return nil
		}
		n, ok := parseInteger(text)
		if !ok || n < 0 || n > MaxCounter {
			c.reject(0, "start is "+quote(text), "expected 0 to 9999")
			return nil
		}
		start = int(n)
	}
	c.compiler.counter = max(c.compiler.counter, start)
	return func(st *state) (Value, error) { return number(int64(start + st.step)), nil }
}
