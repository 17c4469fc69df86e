'use strict';
// new Evaluator(file, { trustedKey })   file: path of a .gateset
//   .evaluate(request)   { outcome, generation, secondFactors, unmet, reasons, ... }
//   .explain(request)    every policy with every condition
//   .replace(file)       puts another set in force and returns its generation
//   .digest              of the set in force
// A request has the keys of docs/request-json.md. What is malformed throws; what breaks a rule blocks.
module.exports = require('./gate.node');
