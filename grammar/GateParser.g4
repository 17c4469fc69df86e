// The sentences of the policy language. `grammar/README.md` is the specification.
//
// The grammar is loose where a mistake is a wrong *word* (`grup "x"`, `complient_device`): it reads references as runs of
// words, and the semantic pass, which knows every word that could stand there, says which one was meant. It is strict about
// structure. It has no left recursion and no unbounded nesting except brackets, so that depth is known from the tokens.
parser grammar GateParser;

options { tokenVocab = GateLexer; }

gateFile: declaration* EOF;

// Entry points for one piece of a file: the front end parses piece by piece, so that one mistake costs one piece.
oneDeclaration: declaration EOF;
oneSection: section EOF;
policyHead: POLICY STRING LBRACE EOF;
templateHead: TEMPLATE IDENTIFIER parameters? LBRACE EOF;
testHead: TEST STRING columns? LBRACE EOF;
testParts: testPart* EOF;

declaration
  : importDeclaration
  | profileDeclaration
  | defaultDeclaration
  | setDeclaration
  | strengthDeclaration
  | contextDeclaration
  | signalDeclaration
  | letDeclaration
  | policyDeclaration
  | templateDeclaration
  | testDeclaration
  | assertDeclaration
  ;

importDeclaration: IMPORT STRING;
profileDeclaration: PROFILE IDENTIFIER;
defaultDeclaration: DEFAULT (ALLOW | DENY);
setDeclaration: (USERS | APPS | LOCATIONS) IDENTIFIER EQUALS items;
strengthDeclaration: STRENGTH IDENTIFIER EQUALS ANY OF combination (COMMA combination)* COMMA?;
contextDeclaration: CONTEXT IDENTIFIER EQUALS STRING STRING?;
signalDeclaration: SIGNAL IDENTIFIER COLON signalType (DEFAULT operand)?;
letDeclaration: LET IDENTIFIER EQUALS expression;

signalType: IDENTIFIER combination?;
combination: LBRACKET items? RBRACKET;

policyDeclaration: POLICY STRING LBRACE section* RBRACE;
// The body of a policy with parameters; `apply` puts it into one.
templateDeclaration: TEMPLATE IDENTIFIER parameters? LBRACE section* RBRACE;
parameters: LPAREN parameter (COMMA parameter)* COMMA? RPAREN;
parameter: IDENTIFIER COLON (IDENTIFIER | USERS | APPS | LOCATIONS | STRENGTH | CONTEXT);
section
  : APPLY reference                        # applySection
  | ID STRING                              # idSection
  | STATE item                             # stateSection
  | USERS assignment+                      # usersSection
  | TARGET assignment+                     # targetSection
  | WHEN expression                        # whenSection
  | GRANT (BLOCK | REQUIRE requirement)    # grantSection
  | SESSION items                          # sessionSection
  ;
assignment: (INCLUDE | EXCLUDE) items;
requirement: (ALL | ANY) OF LPAREN items RPAREN | item;

items: item (COMMA item)* COMMA?;
// A name behind `because` is a parameter of the template that the item is in.
item: reference (UNTIL DATE)? (BECAUSE (STRING | IDENTIFIER))?;
reference: atom+ (LPAREN items RPAREN)?;
atom: word | STRING | DURATION | INTEGER | TIME | DATE;
word: IDENTIFIER | ALL | APPS | CONTEXT | STRENGTH;

testDeclaration: TEST STRING columns? LBRACE testPart* RBRACE;
columns: LPAREN path (COMMA path)* COMMA? ARROW IDENTIFIER RPAREN;
testPart
  : GIVEN fact (COMMA fact)* COMMA?              # givenPart
  | EXPECT expectation                           # expectPart
  | operand (PIPE operand)* ARROW expectation    # rowPart
  ;
fact: path operand? (IN membership)?;
membership: LBRACKET items RBRACKET | reference;
expectation: REPORT? outcome (BECAUSE STRING (COMMA STRING)*)?;
outcome: ALLOW | BLOCK | CHALLENGE challenge;
challenge: (ALL | ANY) OF LPAREN items RPAREN | word;

assertDeclaration: ASSERT STRING LBRACE assertion+ RBRACE;
assertion: (EVERY | SOME) IDENTIFIER WHERE expression IDENTIFIER assertionWord*;
assertionWord
  : word | ANY | OF | OR | AND | NOT | IN | BLOCK | ALLOW | CHALLENGE | REQUIRE
  | STRING | INTEGER | DURATION | combination
  ;

expression: conjunction (OR conjunction)*;
conjunction: negation (AND negation)*;
negation: NOT* comparison;
comparison
  : operand
    ( (EQUAL_EQUAL | NOT_EQUAL | LESS | LESS_EQUAL | GREATER | GREATER_EQUAL) operand
    | NOT? IN (combination | reference) zone?
    | NOT? (STARTS_WITH | ENDS_WITH | CONTAINS) operand
    | NOT? BETWEEN operand AND operand zone?
    )?
  | LPAREN expression RPAREN
  ;
zone: IN STRING;
operand: literal | path | combination;
literal: STRING | INTEGER | DURATION | TIME | DATE | TRUE | FALSE;
path: name (DOT memberName)*;
name: IDENTIFIER | CONTEXT;
// After a dot every word is an attribute: `user.id`, `device.state` collide with nothing.
memberName
  : name | POLICY | USERS | APPS | LOCATIONS | STRENGTH | SIGNAL | LET | IMPORT | PROFILE | DEFAULT | TEST | ASSERT | TEMPLATE | APPLY
  | ID | STATE | TARGET | WHEN | GRANT | SESSION | GIVEN | EXPECT | INCLUDE | EXCLUDE | UNTIL | BECAUSE | REQUIRE
  | BLOCK | ALLOW | DENY | CHALLENGE | REPORT | ALL | ANY | OF | EVERY | SOME | WHERE
  ;
