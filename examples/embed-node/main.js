'use strict';
const { Evaluator } = require('./index.js');

// [decide]
const evaluator = new Evaluator(process.argv[2]);
const request = {
  user: 'cleo@customer.example', app: 'retail-app', client: 'native_app', country: 'AT',
  sign_in_risk: 'medium', completed: [{ method: 'password', age_s: 60 }], signals: { otp_failures: 1 },
};
console.log(JSON.stringify(evaluator.evaluate(request)));
request.completed = [{ method: 'password', age_s: 60 }, { method: 'sms_otp', age_s: 30 }];
console.log(JSON.stringify(evaluator.evaluate(request)));
// [end]

for (const policy of evaluator.explain(request).filter((p) => p.applies)) {
  console.log(policy.name, JSON.stringify(policy.criteria.filter((c) => c.section === 'when')));
}
console.log('generation', evaluator.replace(process.argv[2]), 'of', evaluator.digest.length, 'digits');

// Nothing that was not understood is accepted.
for (const wrong of [
  { userr: 'amy' }, { user: 7 }, { client: 'telnet' }, { completed: ['telepathy'] }, { completed: [{ age_s: 1 }] },
  { satisfied: [{ name: 'Terms' }] }, { satisfied: ['luck'] }, { attributes: { 'device.physical_ids': [1] } }, { signals: { amount: 1.5 } },
  { app: 'a', action: 'b' }, { device: { colour: 'red', registered: 'yes' } }, { groups: 'staff' }, null, 'amy',
]) {
  try {
    evaluator.evaluate(wrong);
    console.log('accepted', JSON.stringify(wrong));
  } catch (error) {
    console.log(error.message);
  }
}
console.log(evaluator.evaluate({ ip: '1.2.3' }).reasons[0]);
const proved = { satisfied: ['mfa', { control: 'terms_of_use', name: 'Visitors' }],
  attributes: { 'device.physical_ids': ['PAW'], 'user.department': 'Finance' }, device: { first_seen_s: 3600 } };
console.log(evaluator.evaluate({ ...request, ...proved }).outcome);
