# Generated passwords: one file each under .run/secrets (mode 600), made once and kept as long as the data they open.
# Sourced after common.sh.

# secret NAME: prints it; makes it at the first call (192 random bits, hexadecimal, so it needs no escaping in a URL).
secret() {
  local file=$RUN/secrets/$1
  if [ ! -s "$file" ]; then
    mkdir -p "$RUN/secrets"
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$file.$$"
    mv "$file.$$" "$file"
  fi
  cat "$file"
}

# role_passwords ROLE…: one line "role password" each, password = hex(HMAC-SHA256(seed, role)). `comptoir migrate`
# computes the same. Python rather than `openssl dgst -hmac`, which would show the seed in the process list.
role_passwords() {
  { secret roles && printf '\n' && printf '%s\n' "$@"; } | python3 -c '
import hashlib, hmac, sys
seed = sys.stdin.readline().rstrip("\n").encode()
for line in sys.stdin:
    role = line.strip()
    print(role, hmac.new(seed, role.encode(), hashlib.sha256).hexdigest())'
}
