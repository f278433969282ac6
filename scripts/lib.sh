# shellcheck shell=bash
# What the scripts beside this file share: where things are, and what they need of the machine.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
web=$root/chat-server/web
examples=$root/docs/examples/clients
target=${CARGO_TARGET_DIR:-$root/target}
case $target in /*) ;; *) target=$root/$target ;; esac
export CARGO_TARGET_DIR=$target

# rustup's place, which a shell that is not a login shell does not know.
PATH=$PATH:${HOME:-/root}/.cargo/bin

say() { printf '%s\n' "$*"; }
die() {
    printf '%s\n' "$*" >&2
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# version_at_least FOUND WANTED
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# What builds and runs the programs: a C compiler, pkg-config and OpenSSL (for the terminal
# client's Socket.IO), Rust and Node.
need_build_tools() {
    local missing=()
    have cc || missing+=(gcc libc6-dev)
    have pkg-config || missing+=(pkg-config)
    { have pkg-config && pkg-config --exists openssl; } || missing+=(libssl-dev)
    have curl || missing+=(curl)
    [ ${#missing[@]} = 0 ] || need_packages "${missing[@]}"

    local rust node
    rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
    have cargo || die "Rust is missing: install $rust or newer from https://rustup.rs and run this again."
    version_at_least "$(rustc --version | cut -d ' ' -f 2)" "$rust" \
        || die "Rust $(rustc --version | cut -d ' ' -f 2) is too old: $rust or newer is needed (rustup update stable)."
    have node || die "Node is missing: install 20.19 or newer, with npm, from https://nodejs.org and run this again."
    node=$(node --version)
    version_at_least "${node#v}" 20.19.0 || die "Node ${node#v} is too old: 20.19 or newer is needed (https://nodejs.org)."
    have npm || die "npm is missing: it comes with Node from https://nodejs.org."
}

# need_packages PACKAGE…: installs Debian packages where that is allowed, else says which.
need_packages() {
    local as_root=env
    if [ "$(id -u)" != 0 ]; then
        as_root="sudo -n"
        { have sudo && sudo -n true 2>/dev/null; } || die "Please install these (so named in Debian) and run this again: $*"
    fi
    have apt-get || die "Please install these (so named in Debian) and run this again: $*"
    say "Installing $* …"
    local log
    log=$(mktemp)
    # An update that fails is no matter where the lists are there from before.
    if ! {
        $as_root apt-get update || true
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
    } >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        die "apt-get could not install these; please install them and run this again: $*"
    fi
    rm -f "$log"
}

# Any Chromium or Chrome: $CHROMIUM, else one that is found.
find_chromium() {
    local name
    for name in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome google-chrome-stable; do
        if have "$name"; then
            command -v "$name"
            return
        fi
    done
    return 1
}

# What shows and drives the page and the terminal client. Sets $CHROMIUM.
need_display_tools() {
    local missing=()
    find_chromium >/dev/null || missing+=(chromium)
    have tmux || missing+=(tmux)
    # Emoji and Chinese, Japanese and Korean text, for pictures without empty boxes.
    have fc-list || missing+=(fontconfig)
    if have apt-get && [ "$(id -u)" = 0 ]; then
        local fonts
        fonts=$(fc-list 2>/dev/null) || fonts=""
        [[ ${fonts,,} == *emoji* ]] || missing+=(fonts-noto-color-emoji)
        [[ ${fonts,,} =~ cjk|wqy ]] || missing+=(fonts-wqy-microhei)
    fi
    [ ${#missing[@]} = 0 ] || need_packages "${missing[@]}"
    CHROMIUM=$(find_chromium) || die "No Chromium was found; set CHROMIUM to the path of one."
    export CHROMIUM
}

# The page's packages, as the lock file has them.
need_page_packages() { need_npm_packages "$web"; }

# Those, the old clients that the tests run, and what the example clients use; what these wish to compile they can do without.
need_test_packages() {
    need_page_packages && need_npm_packages "$root/chat-server/tests/classic" --ignore-scripts &&
        need_npm_packages "$examples" --ignore-scripts
}

# Python and what makes environments for its packages, for the clients in Python that the tests run: those install them.
need_python() { { have python3 && python3 -c 'import ensurepip, venv' 2>/dev/null; } || need_packages python3 python3-venv; }

# need_npm_packages FOLDER [OPTION…]
need_npm_packages() {
    local folder=$1
    shift
    if [ -e "$folder/node_modules/.package-lock.json" ] && [ ! "$folder/node_modules/.package-lock.json" -ot "$folder/package-lock.json" ]; then
        return
    fi
    (cd "$folder" && npm ci --no-audit --no-fund "$@")
}

# A port that nobody listens on.
free_port() {
    node -e 'const s=require("net").createServer();s.listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

# The address by which others may reach this machine.
own_address() {
    local address
    address=$(hostname -I 2>/dev/null | cut -d ' ' -f 1) || address=""
    say "${address:-$(uname -n)}"
}
