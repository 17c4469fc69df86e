// The words of the policy language. `grammar/README.md` is the specification; this file is its lexical half.
// Anything the language does not know becomes one of the three error tokens at the end, never an exception:
// the front end turns them into diagnostics with a code.
lexer grammar GateLexer;

channels { COMMENTS }

// Heads of declarations.
POLICY: 'policy';
USERS: 'users';
APPS: 'apps';
LOCATIONS: 'locations';
STRENGTH: 'strength';
CONTEXT: 'context';
SIGNAL: 'signal';
LET: 'let';
IMPORT: 'import';
PROFILE: 'profile';
DEFAULT: 'default';
TEST: 'test';
ASSERT: 'assert';
TEMPLATE: 'template';

// Heads of sections.
ID: 'id';
STATE: 'state';
TARGET: 'target';
WHEN: 'when';
GRANT: 'grant';
SESSION: 'session';
APPLY: 'apply';
GIVEN: 'given';
EXPECT: 'expect';

// Inside sections.
INCLUDE: 'include';
EXCLUDE: 'exclude';
UNTIL: 'until';
BECAUSE: 'because';
REQUIRE: 'require';
BLOCK: 'block';
ALLOW: 'allow';
DENY: 'deny';
CHALLENGE: 'challenge';
REPORT: 'report';
ALL: 'all';
ANY: 'any';
OF: 'of';
EVERY: 'every';
SOME: 'some';
WHERE: 'where';

// Operators that are words.
AND: 'and';
OR: 'or';
NOT: 'not';
IN: 'in';
BETWEEN: 'between';
STARTS_WITH: 'starts_with';
ENDS_WITH: 'ends_with';
CONTAINS: 'contains';
TRUE: 'true';
FALSE: 'false';

// Signs.
LBRACE: '{';
RBRACE: '}';
LPAREN: '(';
RPAREN: ')';
LBRACKET: '[';
RBRACKET: ']';
COMMA: ',';
COLON: ':';
DOT: '.';
PIPE: '|';
ARROW: '->';
EQUAL_EQUAL: '==';
NOT_EQUAL: '!=';
LESS_EQUAL: '<=';
GREATER_EQUAL: '>=';
LESS: '<';
GREATER: '>';
EQUALS: '=';

// Literals. The longest match wins: `22:00` is a time, `2027-01-31` a date, `30m` a duration.
DATE: DIGIT DIGIT DIGIT DIGIT '-' DIGIT DIGIT '-' DIGIT DIGIT;
TIME: DIGIT DIGIT ':' DIGIT DIGIT;
DURATION: DIGIT+ [smhd];
INTEGER: '-'? DIGIT+;
// Any escape is let through here; which ones exist is checked where the string is read, with a message of its own.
STRING: '"' ('\\' ~[\r\n] | ~["\\\r\n])* '"';
IDENTIFIER: LETTER (LETTER | DIGIT | MARK)*;

DOC_COMMENT: '##' ~[\r\n]* -> channel(COMMENTS);
COMMENT: '#' ~[\r\n]* -> channel(COMMENTS);
SPACE: [ \t\r\n\uFEFF]+ -> skip;

// What is not a word of the language.
BAD_NUMBER: '-'? DIGIT (DIGIT | LETTER)*;
UNTERMINATED_STRING: '"' ('\\' ~[\r\n] | ~["\\\r\n])* '\\'?;
BAD_CHARACTER: .;

fragment DIGIT: [0-9];
fragment LETTER: [\p{L}_];
fragment MARK: [\p{M}\p{Nd}];
