# SPDX-License-Identifier: Apache-2.0
#
# Servers that are not ours, on loopback, with certificates of an authority of our own. Sourced behind setup.sh, never run.

servers=()

# Ends what was started here, and only that.
stop_servers() {
    local server
    for server in ${servers[@]+"${servers[@]}"}; do kill "$server" 2>/dev/null || true; done
    for server in ${servers[@]+"${servers[@]}"}; do wait "$server" 2>/dev/null || true; done
    servers=()
}
trap stop_servers EXIT

# need_command COMMAND [PACKAGE]: where it is not in Debian, it must be installed by hand.
need_command() {
    local command=$1 package=${2:-$1}
    PATH="$PATH:/usr/sbin:/usr/local/sbin"
    if command -v "$command" >/dev/null; then return; fi
    install_debian_package "$package" && command -v "$command" >/dev/null ||
        stop "$command is missing; install it (Debian, Ubuntu: apt-get install $package; macOS: brew install $command)"
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Ports at which nobody listens, below those that the system gives to clients. Prints as many as it is asked for.
free_ports() {
    local count=$1 port
    while [ "$count" -gt 0 ]; do
        port=$((20000 + RANDOM % 12000))
        if listens "$port"; then continue; fi
        echo "$port"
        count=$((count - 1))
    done
}

# Runs a server in the background and returns when it listens: start_server LOG PORT COMMAND...
start_server() {
    local log=$1 port=$2
    shift 2
    "$@" >"$log" 2>&1 &
    servers+=($!)
    for _ in {1..200}; do
        if listens "$port"; then return; fi
        if ! kill -0 $! 2>/dev/null; then break; fi
        sleep 0.05
    done
    cat "$log" >&2
    stop "a server does not start: $*"
}

# certificate FOLDER NAME SUBJECT [DAYS]: NAME.key and NAME.pem, signed by ca.pem of the folder, with the issuer appended.
certificate() {
    local folder=$1 name=$2 subject=$3 days=${4:-2}
    printf 'subjectAltName=%s\n' "$subject" >"$folder/$name.ext"
    quietly openssl req -newkey rsa:2048 -nodes -subj "/CN=$name" -keyout "$folder/$name.key" -out "$folder/$name.csr"
    quietly openssl x509 -req -in "$folder/$name.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -CAcreateserial \
        -days "$days" -sha256 -extfile "$folder/$name.ext" -out "$folder/$name.pem"
}

# An authority, and a certificate of it for 127.0.0.1 and localhost: make_certificates FOLDER
make_certificates() {
    need_command openssl
    mkdir -p "$1"
    quietly openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=An authority for tests" \
        -keyout "$1/ca.key" -out "$1/ca.pem"
    certificate "$1" server "IP:127.0.0.1,DNS:localhost"
}

# Starts nginx with everything it writes in a folder, which has the certificates: start_nginx FOLDER
# Sets nginx_http and nginx_https (URLs without a slash at the end) and nginx (its process).
start_nginx() {
    need_command nginx nginx-light
    local folder ports settings=()
    folder=$(mkdir -p "$1/nginx/files" && cd "$1/nginx" && pwd)
    ports=($(free_ports 2))
    head -c 1048576 /dev/zero | tr '\0' x >"$folder/files/large"
    for _ in {1..200}; do echo "A line that is like the others."; done >"$folder/files/text"
    sed -e "s|@HTTP@|${ports[0]}|g" -e "s|@HTTPS@|${ports[1]}|g" Tests/Interop/nginx.conf >"$folder/nginx.conf"
    # Started by root, it would change to a user who cannot read a folder that is ours.
    if [ "$(id -u)" -eq 0 ]; then settings=(-g "user root;"); fi
    start_server "$folder/log" "${ports[0]}" nginx -p "$folder/" -c nginx.conf -e error.log \
        ${settings[@]+"${settings[@]}"}
    nginx=$!
    nginx_http=http://127.0.0.1:${ports[0]}
    nginx_https=https://127.0.0.1:${ports[1]}
}

# Starts Caddy in the same way: start_caddy FOLDER. Sets caddy_http and caddy_https.
start_caddy() {
    need_command caddy
    local folder ports
    folder=$(mkdir -p "$1/caddy/files" && cd "$1/caddy" && pwd)
    ports=($(free_ports 2))
    head -c 1048576 /dev/zero | tr '\0' x >"$folder/files/large"
    for _ in {1..200}; do echo "A line that is like the others."; done >"$folder/files/text.txt"
    sed -e "s|@HTTP@|${ports[0]}|g" -e "s|@HTTPS@|${ports[1]}|g" Tests/Interop/Caddyfile >"$folder/Caddyfile"
    start_server "$folder/log" "${ports[1]}" env HOME="$folder" sh -c "cd '$folder' && exec caddy run"
    caddy_http=http://127.0.0.1:${ports[0]}
    caddy_https=https://127.0.0.1:${ports[1]}
}

# Starts the servers that get TLS or HTTP/2 wrong: start_faults FOLDER PYTHON. Sets faults, a file that names their ports.
start_faults() {
    certificate "$1" expired "IP:127.0.0.1" -1
    certificate "$1" other-host "DNS:other-host.invalid"
    certificate "$1" client "DNS:client.invalid"
    quietly openssl rsa -aes256 -passout pass:secret -in "$1/client.key" -out "$1/client-locked.key"
    quietly openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=self-signed" \
        -addext "subjectAltName=IP:127.0.0.1" -keyout "$1/self-signed.key" -out "$1/self-signed.pem"
    faults=$1/faults.json
    "$2" Tests/Interop/faults.py "$1" "$faults" >"$1/faults.log" 2>&1 &
    servers+=($!)
    for _ in {1..200}; do
        if [ -s "$faults" ]; then return; fi
        sleep 0.05
    done
    cat "$1/faults.log" >&2
    stop "the servers of faults.py do not start"
}
