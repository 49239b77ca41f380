#!/bin/sh
# The mock from a shell, with nothing but curl: choose an outcome, make one go wrong, read why.
#   npm start &  sh examples/curl.sh http://localhost:8585
set -eu

ORIGIN=${1:-http://localhost:8585}
REALM=/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare

# An environment of its own, begun by using it: nobody else at this mock sees what is done here.
CIS2=$ORIGIN/env/curl-$$
trap 'curl -sS -o /dev/null -X DELETE "$ORIGIN/_mock/environments/curl-$$"' EXIT

# Logs somebody in without the pages, and prints the answer’s headers: an outcome, and where the browser is sent.
log_in() {
  curl -sS -o /dev/null -D - -G "$CIS2$REALM/authorize" \
    -d client_id=mock-client -d redirect_uri=http://localhost:3000/callback -d response_type=code \
    --data-urlencode 'scope=openid profile selectedrole' -d state=the-state -d nonce=the-nonce \
    -d mock_on_failure=redirect --data-urlencode "mock_login=$1" |
    grep -iE '^(location|x-mock-cis2-outcome):' | tr -d '\r'
}

echo '# Alex can log in. The code buys tokens, once:'
answer=$(log_in alex.bound@nhs.net)
echo "$answer"
code=$(echo "$answer" | sed -n 's/.*[?&]code=\([^&]*\).*/\1/p')
curl -sS --fail "$CIS2$REALM/access_token" -d grant_type=authorization_code -d "code=$code" \
  -d redirect_uri=http://localhost:3000/callback -d client_id=mock-client -d client_secret=mock-secret
echo

echo '# The NHSmail account of Uma is not registered. As soon as it is, she can log in:'
log_in uma.unbound@nhs.net
curl -sS --fail -o /dev/null "$CIS2/_mock/nhsmail/uma.unbound@nhs.net/binding" \
  -H 'content-type: application/json' -d '{ "uid": "910000000105" }'
log_in uma.unbound@nhs.net

echo '# The next log-in, and no other, meets a temporary internal error:'
curl -sS --fail -o /dev/null "$CIS2/_mock/scenarios" \
  -H 'content-type: application/json' -d '{ "code": "INTERNAL_ERROR", "times": 1 }'
log_in alex.bound@nhs.net
log_in alex.bound@nhs.net

echo '# What the journal says of each of these log-ins:'
curl -sS --fail "$CIS2/_mock/journal?kind=rule_decided"
echo
