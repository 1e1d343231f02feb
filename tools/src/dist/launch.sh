# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the script of a checkout and by that of an installed archive: which Java starts Holdfast, and how.
#
# HOLDFAST_JAVA_OPTS   further JVM options; they win over the defaults below
# JAVA_HOME            the Java to use instead of the one on the PATH

fail() {
    echo "holdfast: $1" >&2
    exit 1
}

# Sets java, version, major. $1: what to install when there is none.
find_java() {
    if [ -n "${JAVA_HOME:-}" ]; then
        java="$JAVA_HOME/bin/java"
    else
        java=java
    fi
    command -v "$java" >/dev/null ||
        fail "Java 17 or newer is needed, and '$java' is not there. Install $1, or set JAVA_HOME."

    # Its version: from the release file beside it, as starting a JVM to ask costs more than the rest of this script.
    release="$(dirname "$(dirname "$(readlink -f "$(command -v "$java")")")")/release"
    if [ -r "$release" ]; then
        version=$(sed -n 's/^JAVA_VERSION="\(.*\)".*/\1/p' "$release")
    else
        version=$("$java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p')
    fi
    major=${version%%[!0-9]*}
    [ "${major:-0}" -ge 17 ] || fail "Java 17 or newer is needed; '$java' is version ${version:-unknown}."
}

# Sets options.
choose_options() {
    options="-XX:+ExitOnOutOfMemoryError --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED"
    # Netty samples every 128th buffer to find leaks; our tests look at every one.
    options="$options -Dio.netty.leakDetection.level=disabled"
    # Netty would start the flight recorder's machinery to announce events that nobody asked for: 0.1 s of each start.
    options="$options -Dio.netty.jfr.enabled=false"
    # G1 by name: on a machine with little memory the JVM would choose the serial collector and its long pauses.
    case "${HOLDFAST_JAVA_OPTS:-}" in
    *-XX:+Use*GC*) ;;
    *) options="$options -XX:+UseG1GC" ;;
    esac
    if [ "$major" -ge 24 ]; then
        options="$options --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
    fi
    # RocksDB would run ldd to learn which C library this is.
    case "${ROCKSDB_MUSL_LIBC:-}$(echo /lib/ld-musl-*)" in
    "/lib/ld-musl-*") export ROCKSDB_MUSL_LIBC=false ;;
    esac
}

# All jars of $1, in the order of their names: a class archive is for exactly the class path that it was made with.
class_path() {
    path=
    for jar in "$1"/*.jar; do
        path="$path:$jar"
    done
    echo "${path#:}"
}

# The classes that a start needs, parsed and verified beforehand: see Rehearsal. Without the archive, or with a Java other
# than the one that made it, everything works as well, only half a second later.
# $1: the folder with the jars. $2: the file to make; left empty when that fails, so that nobody tries each time.
make_class_archive() {
    rehearsal=$(mktemp -d)
    (
        # The settings of this environment are not for a rehearsal, and no service manager is to hear of it.
        for name in $(env | sed -n 's/^\(HOLDFAST_[A-Za-z0-9_]*\)=.*/\1/p'); do
            unset "$name"
        done
        unset NOTIFY_SOCKET
        # Unquoted on purpose: options are words.
        # shellcheck disable=SC2086
        "$java" $options -cp "$(class_path "$1")" io.holdfast.tools.Rehearsal "$rehearsal" &&
            "$java" $options -XX:ArchiveClassesAtExit="$2.$$" -Xlog:disable -cp "$(class_path "$1")" \
                io.holdfast.tools.Rehearsal "$rehearsal"
    ) >/dev/null 2>&1 && mv "$2.$$" "$2" || {
        echo "holdfast: no class archive could be made; starts will be slower." >&2
        rm -f "$2.$$"
        : >"$2"
    }
    rm -rf "$rehearsal"
}

# Becomes the JVM, so that signals and exit codes are the broker's own.
# $1: the folder with the jars. $2: the class archive. The rest: the verb and its options.
become_java() {
    jars=$1
    archive=$2
    shift 2
    [ -r "$archive" ] && [ -s "$archive" ] || archive=
    # Quiet about an archive that the options make unfit: then classes are read from the jars.
    options="$options -Xlog:cds=off -Xlog:cds+dynamic=off"
    # Unquoted on purpose: options are words.
    # shellcheck disable=SC2086
    exec "$java" $options ${archive:+"-XX:SharedArchiveFile=$archive"} ${HOLDFAST_JAVA_OPTS:-} -cp "$(class_path "$jars")" \
        io.holdfast.tools.HoldfastCommand "$@"
}
