#!/usr/bin/perl
# claudine-shim: starts tasks for the daemon, waits for them and puts their ends on disk, daemon alive or not.
#
#   perl shim.pl WAKE_FIFO BOOT_ID
#
# stdin carries frames "<verb> <runKey> <byteLength>\n<payload>"; a payload is a list of fields separated by NUL.
#   env    K=V ...: the environment of all starts that follow
#   start  cwd, umask (octal), stdout, stderr, record, stdin (empty: /dev/null), n, n times K=V, argv ...
# WAKE_FIFO gets one line per fact; a reader that is missing, slow or gone never holds the shim up.
#   <runKey>                  look at its record
#   nostart <runKey> <ERRNO>  the command was not run and there is no record
#   ended <runKey> <line>     the exit line, while the disk refuses to take it
#
# A record is a block of fixed size, created with O_EXCL, so that no run starts twice, whoever else tries:
#   at 0    "S <pid> <startTicks> <bootId> <startedAtMs>"          by the child, before it becomes the command
#   at 256  "E <pid> <x|s> <code> <core> <usage ...> <endedAtMs>"  by the shim, when the child has ended
#   at 448  "U <pid> <reads> <writes>"                             with it: calls that read and wrote, where /proc tells them
#   at 512  "F <step> <ERRNO> =<path>"                             by the child, when it cannot become the command
# Each line ends with its FNV-1a hash. The block is written whole at the start: an exit needs no new disk space.
# The command runs only after the block is complete, so a shorter record means that it never ran.
use strict;
use warnings;
use POSIX ();    # only modules that a minimal perl has
use Errno ();
use Fcntl qw(O_RDONLY O_WRONLY O_RDWR O_CREAT O_EXCL O_APPEND O_NONBLOCK O_NOCTTY);
use constant { LINE => 256, CALLS => 64, BLOCK => 1024, RETRY_MS => 250, READ_BYTES => 1 << 14, RUSAGE_BYTES => 144, SPARES_MAX => 64 };
use constant CLOSE_ON_EXEC => $^O eq 'linux' ? 02000000 : $^O eq 'darwin' ? 0x1000000 : 0;
use constant { CLOCK_REALTIME => 0, CLOCK_BOOTTIME => 7 };
use constant WAIT_LOOK => 0x01000005;    # WEXITED | WNOHANG | WNOWAIT

my ($fifo, $boot_id) = @ARGV;
my $numbers = {    # of the Linux system calls that perl has no function for
    x86_64 => { wait4 => 61, waitid => 247, prctl => 157, signalfd4 => 289, clock_gettime => 228 },
    map { $_ => { wait4 => 260, waitid => 95, prctl => 167, signalfd4 => 74, clock_gettime => 113 } }
        qw(aarch64 riscv64 loongarch64),
};
my $calls = $^O eq 'linux' && length pack('l!', 0) == 8 ? $numbers->{ (POSIX::uname())[4] } : undef;
my $hires = $calls || eval { require Time::HiRes; 1 };
my %errno_name;
$errno_name{ Errno->can($_)->() } //= $_ for sort keys %!;
sub errno_name { return $errno_name{ $_[0] } // 'EIO' }

my %runs;          # by pid: { key, record, path, stdin, keep }
my %operations;    # by pid, of a child that is about to be waited for: [read calls, write calls]
my @unsaved;       # exits the disk has not taken yet: [run, line, line of operations]
my @spares;        # folders for artifacts of runs that have ended, where most write nothing
my %orphans;       # by pid: how many runs had been started when the shim noticed that it had become its child
my $started = 0;   # so many runs
my @notes;         # lines the FIFO has not taken yet
my $listener;      # writing end of the FIFO
my $signals;       # Linux: the descriptor signals are read from
my %got;           # signals that came, by name

# For tests (see crash-points.ts): the place to die at, and at which time.
my ($crash_at, $crash_times) = ($ENV{CLAUDINE_CRASH_AT} // '') =~ /^(\w+-shim-[a-z-]+)(?::(\d+))?$/;
$crash_times ||= 1;

sub crash_point { kill 'KILL', $$ if $crash_at && $_[0] eq $crash_at && --$crash_times == 0 }

# A kernel clock in whole units.
sub clock {
    my ($clock, $per_second) = @_;
    syscall($calls->{clock_gettime}, $clock, my $time = "\0" x 16);
    my ($s, $ns) = unpack 'q2', $time;
    return $s * $per_second + int($ns / (1_000_000_000 / $per_second));
}

sub now_ms { return $calls ? clock(CLOCK_REALTIME, 1000) : int(1000 * ($hires ? Time::HiRes::time() : time)) }
sub boot_ticks { return $calls ? clock(CLOCK_BOOTTIME, 100) : 0 }

# One line of a record, padded to its place there.
sub line {
    my ($size, $text) = (shift, join ' ', @_);
    my $hash = 0x811c9dc5;
    { use integer; $hash = (($hash ^ $_) * 0x01000193) & 0xffffffff for unpack 'C*', $text; }
    return sprintf "%-${size}s", sprintf "%s %08x\n", $text, $hash;
}

sub put {
    my ($fd, $at, $bytes) = @_;
    POSIX::lseek($fd, $at, 0) // return 0;
    my $put = POSIX::write($fd, $bytes, length $bytes) // return 0;
    $! = Errno::ENOSPC() if $put < length $bytes;
    return $put == length $bytes;
}

# Descriptors instead of file handles: Perl's own layer would ask four more questions at each open, and here it counts.
sub open_fd { return POSIX::open($_[0], $_[1] | CLOSE_ON_EXEC | O_NOCTTY, 0600) }

# Kernel start time of this process in clock ticks since boot, as in /proc/PID/stat. The kernel takes it in fork; so when
# there was no tick from before the fork ($at) until now, it is the current one, and /proc, which is slow, is not needed.
# Where there is no /proc: in seconds, as `ps` shows it.
sub start_ticks {
    my ($at) = @_;
    return time unless $^O eq 'linux';
    return $at if $calls && $at == boot_ticks();
    my $fd = open_fd('/proc/self/stat', O_RDONLY) // return 0;
    POSIX::read($fd, my $stat, 4096) // return 0;
    return (split ' ', substr $stat, 2 + rindex $stat, ')')[19];
}

# A shortage says nothing about the command: the record is emptied, and so the shim reports that it never ran.
sub fail {
    my ($run, $step, $path, $errno) = (@_, $! + 0);
    my $name = errno_name($errno);
    POSIX::_exit($errno) if $name =~ /^(EMFILE|ENFILE|ENOMEM|EAGAIN)$/ && truncate $run->{path}, 0;
    $path =~ s/([^!-~]|%)/sprintf '%%%02X', ord $1/ge;
    $path = substr $path, 0, 400;
    $path =~ s/%.?$//;
    put($run->{record}, 2 * LINE, line(BLOCK - 2 * LINE, 'F', $step, $name, "=$path"));
    POSIX::_exit(127);
}

sub redirect {
    my ($run, $step, $path, $flags, $fd) = @_;
    my $file = open_fd($path, $flags) // fail($run, $step, $path);
    POSIX::dup2($file, $fd) // fail($run, $step, $path);
}

# The run's control group, where the daemon has made one; without it the command runs all the same.
sub enter {
    my ($group) = @_;
    my $procs = defined $group ? open_fd("$group/cgroup.procs", O_WRONLY) : undef;
    POSIX::write($procs, '0', 1) if defined $procs;
}

# The run's folder, by the child, so that it costs neither the daemon nor the shim. A new one costs a tenth of a trivial run, and
# one that a run has left as it was nearly nothing. Where there is none the command runs all the same.
sub make_artifacts {
    my ($folder, $spare) = @_;
    rename $spare, $folder and return if defined $spare && is_untouched($spare);
    mkdir $folder, 0700;
}

sub is_untouched {
    my ($folder) = @_;
    return if ((lstat $folder)[2] // 0) != 040700;    # a folder, and for its owner only
    opendir my $names, $folder or return;
    my $count = 0;
    $count++ while $count < 3 && defined readdir $names;
    return $count == 2;
}

# Nobody of the run may be left who could still write there: where somebody may be, it stays the run's own.
sub keep_spare {
    my ($run, $pid) = @_;
    return if has_orphans($run) || kill(0, -$pid) || !$!{ESRCH};    # each orphan is seen at the end of the run it is of
    return push @spares, $run->{artifacts} if $calls && @spares < SPARES_MAX;
    rmdir $run->{artifacts};
}

# Whoever a run leaves behind in another session becomes a child of the shim. Of whom an orphan is nobody can tell any more, but
# not of a run that started after it was seen.
sub has_orphans {
    my ($run) = @_;
    my $fd = $calls ? open_fd("/proc/$$/task/$$/children", O_RDONLY) : undef;
    return $calls unless defined $fd;    # a kernel that does not tell
    my ($pids, $piece) = ('', '');
    $pids .= $piece while POSIX::read($fd, $piece, 4096) > 0;
    POSIX::close($fd);
    $orphans{$_} //= $started for grep { !$runs{$_} } split ' ', $pids;
    return grep { $_ >= $run->{number} } values %orphans;
}

# The child: becomes the command, or says in the record why it cannot.
sub become {
    my ($run, $cwd, $umask, $out, $err, $env, @argv) = @_;
    my $append = O_WRONLY | O_CREAT | O_APPEND;
    POSIX::setsid();
    my $ticks   = start_ticks($run->{ticks}) or POSIX::_exit($! + 0);
    my $started = line(LINE, 'S', $$, $ticks, $boot_id, now_ms());
    crash_point('before-shim-start-line');
    put($run->{record}, 0, $started . ' ' x (BLOCK - LINE)) or POSIX::_exit($! + 0);
    crash_point('after-shim-start-line');
    chdir $cwd or fail($run, 'chdir', $cwd);
    fail($run, 'stdin', $run->{stdin}, $run->{no_input}) if $run->{no_input};
    redirect($run, 'stdin', $run->{stdin}, O_RDONLY, 0) if length $run->{stdin};
    redirect($run, 'stdout', $out, $append, 1);
    redirect($run, 'stderr', $err, $append, 2);
    for (@$env) { $ENV{$1} = $2 if /^([^=]+)=(.*)$/s }
    enter(delete $ENV{CLAUDINE_CGROUP});
    make_artifacts($run->{artifacts}, $run->{spare}) if $run->{artifacts} eq ($ENV{CLAUDINE_ARTIFACTS} // '');
    umask oct $umask;
    $SIG{$_} = 'DEFAULT' for $signals ? () : qw(CHLD TERM HUP);
    POSIX::sigprocmask(POSIX::SIG_SETMASK(), POSIX::SigSet->new);    # a signal that came meanwhile acts here
    no warnings 'exec';
    exec { $argv[0] } @argv;                                         # execvp: no shell reads the words
    fail($run, 'exec', $argv[0]);
}

sub start {
    my ($key, $cwd, $umask, $out, $err, $path, $stdin, $n, @rest) = @_;
    my $run = { key => $key, path => $path, stdin => $stdin, artifacts => $path =~ s/(\.record)?$/.artifacts/r };
    crash_point('before-shim-record-open');
    $run->{record} = open_fd($path, O_RDWR | O_CREAT | O_EXCL);
    return note($!{EEXIST} ? $key : "nostart $key " . errno_name($! + 0)) unless defined $run->{record};
    crash_point('after-shim-record-open');
    my $peek;    # The shim keeps a FIFO open for writing: the task's input ends when the FIFO is unlinked and SIGHUP says so.
    if (length $stdin && -p $stdin) {
        $peek            = open_fd($stdin, O_RDWR | O_NONBLOCK);
        $run->{keep}     = open_fd($stdin, O_WRONLY | O_NONBLOCK) if defined $peek;
        $run->{no_input} = $! + 0 unless defined $run->{keep};
    }
    $run->{ticks} = boot_ticks();
    $run->{spare}  = pop @spares;
    $run->{number} = ++$started;
    crash_point('before-shim-fork');
    my $pid = fork;
    become($run, $cwd, $umask, $out, $err, [ splice @rest, 0, $n ], @rest) if defined $pid && $pid == 0;
    defined $pid ? $runs{$pid} = $run : never_ran($run, $! + 0);
    crash_point('after-shim-fork');
    $crash_times-- if $crash_at && $crash_at =~ /start-line/;    # the child has counted only for itself
    POSIX::close($peek) if defined $peek;
}

sub never_ran {
    my ($run, $errno) = @_;
    let_go($run);
    unlink $run->{path};
    note("nostart $run->{key} " . errno_name($errno));
}

sub let_go {
    my ($run) = @_;
    POSIX::close($_) for grep { defined } @$run{qw(record keep)};
}

# Read and write calls of a child that has ended and of all it waited for: /proc shows them until it is waited for.
sub calls_of {
    my ($pid) = @_;
    my $fd = open_fd("/proc/$pid/io", O_RDONLY) // return;
    POSIX::read($fd, my $io, 512);
    POSIX::close($fd);
    return ($io // '') =~ /^syscr: (\d+)\nsyscw: (\d+)$/m;
}

# An ended child: pid, wait status, and what it and all it waited for used.
sub wait_one {
    if ($calls) {
        my ($status, $usage, $info) = ("\0" x 4, "\0" x RUSAGE_BYTES, "\0" x 128);
        return if syscall($calls->{waitid}, 0, 0, $info, WAIT_LOOK, 0) < 0;
        my $ended = unpack 'x16 i', $info or return;
        $operations{$ended} = [ calls_of($ended) ] if $runs{$ended};
        my $pid = syscall($calls->{wait4}, $ended, $status, POSIX::WNOHANG(), $usage);
        return if $pid <= 0;
        my @u = unpack 'q18', $usage;
        return ($pid, unpack('i', $status), $u[0] * 1_000_000 + $u[1], $u[2] * 1_000_000 + $u[3], @u[ 4, 11, 12, 16, 17 ]);
    }
    my @before = times;
    my $pid    = waitpid(-1, POSIX::WNOHANG());
    return if $pid <= 0;
    my ($status, @after) = ($?, times);
    return ($pid, $status, map({ int(1_000_000 * ($after[$_] - $before[$_])) } 2, 3), ('-') x 5);
}

sub reap {
    while (my ($pid, $status, @usage) = wait_one()) {
        delete $orphans{$pid};
        my $run   = delete $runs{$pid} or next;    # else an orphan of a task, adopted and ended
        my @calls = @{ delete $operations{$pid} // [] };
        keep_spare($run, $pid);
        my $code  = $status >> 8;
        if ($status && (POSIX::fstat($run->{record}))[7] < BLOCK) { never_ran($run, $code); next }
        my @exit = $status & 127 ? ('s', $status & 127, $status & 128 ? 1 : 0) : ('x', $code, 0);
        save($run, line(LINE - CALLS, 'E', $pid, @exit, @usage, now_ms()), @calls ? line(CALLS, 'U', $pid, @calls) : ' ' x CALLS);
    }
}

sub save {
    my ($run, $line, $calls_line) = @_;
    crash_point('before-shim-exit-record');
    if (put($run->{record}, LINE, $line . $calls_line)) { crash_point('after-shim-exit-record'); let_go($run); return note($run->{key}) }
    push @unsaved, [ $run, $line, $calls_line ];
    note("ended $run->{key} " . $line =~ s/\s+$//r);
}

# When nobody listens, the records tell the next daemon. The next daemon's FIFO may be another one.
sub note {
    push @notes, @_;
    while (@notes) {
        $listener //= open_fd($fifo, O_WRONLY | O_NONBLOCK);
        return @notes = () if !defined $listener && ($!{ENXIO} || $!{ENOENT});
        my $line = "$notes[0]\n";
        if (defined $listener && defined POSIX::write($listener, $line, length $line)) { shift @notes; next }
        return if !defined $listener || $!{EAGAIN};
        POSIX::close($listener);
        undef $listener;
    }
}

sub pairs { map { /^([^=]+)=(.*)$/s } @_ }

# Runs the complete frames of the buffer. False when it holds something else: the next frame cannot be found then.
sub frames {
    my ($buffer, $at) = (shift, 0);
    while ((my $eol = index $$buffer, "\n", $at) >= 0) {
        my ($verb, $key, $length) = substr($$buffer, $at, $eol - $at) =~ /^(env|start) (\S+) (\d+)$/ or return 0;
        last if length($$buffer) - $eol - 1 < $length;
        my @fields = split /\0/, substr($$buffer, $eol + 1, $length), -1;
        $at = $eol + 1 + $length;
        if ($verb eq 'env') { %ENV = pairs(@fields); next }
        start($key, @fields);
        reap();
    }
    substr $$buffer, 0, $at, '';
    return 1;
}

# All signals are blocked, so that only SIGKILL ends the shim. Linux lets them be read from a descriptor; elsewhere
# they are let in around select, and as one may slip in just before it, that select never sleeps long.
sub open_signals {
    my $all = POSIX::SigSet->new;
    $all->fillset;
    POSIX::sigprocmask(POSIX::SIG_BLOCK(), $all);
    if ($calls) {
        my $set = pack 'Q', (1 << POSIX::SIGCHLD() - 1) | (1 << POSIX::SIGTERM() - 1) | (1 << POSIX::SIGHUP() - 1);
        my $fd  = syscall($calls->{signalfd4}, -1, $set, 8, 0x80800);    # close on exec, non-blocking
        open($signals, '<&=', $fd) and return if $fd >= 0;
    }
    for my $name (qw(CHLD TERM HUP)) { $SIG{$name} = sub { $got{$name} = 1 } }
}

sub wait_ready {
    my ($in, $wanted) = @_;
    my $ready = '';
    vec($ready, fileno $_, 1) = 1 for grep { $_ } $in, $signals;
    my $sleep = @unsaved || @notes ? RETRY_MS / 1000 : $signals ? undef : 0.05;
    POSIX::sigprocmask(POSIX::SIG_UNBLOCK(), $wanted) unless $signals;
    $ready = '' if 1 > select $ready, undef, undef, $sleep;
    POSIX::sigprocmask(POSIX::SIG_BLOCK(), $wanted) unless $signals;
    if ($signals && vec $ready, fileno $signals, 1) {
        sysread $signals, my $infos, 128 * 16;
        my %names = (POSIX::SIGTERM() => 'TERM', POSIX::SIGHUP() => 'HUP', POSIX::SIGCHLD() => 'CHLD');
        $got{ $names{$_} } = 1 for unpack '(L x124)*', $infos // '';
    }
    return $in && vec $ready, fileno $in, 1;
}

sub main {
    chdir '/';
    umask 077;
    $0 = 'claudine-shim';
    $SIG{$_} = 'DEFAULT' for keys %SIG;
    open my $in, '<&', \*STDIN or return;
    open STDIN, '<', '/dev/null' or return;    # descriptor 0 as tasks get it
    opendir my $fds, $^O eq 'linux' ? '/proc/self/fd' : '/dev/fd' or return;
    my @inherited = grep { /^\d+$/ && $_ > 2 && $_ != fileno $in } readdir $fds;
    closedir $fds;
    POSIX::close($_) for @inherited;
    syscall($calls->{prctl}, 36, 1, 0, 0, 0) if $calls;    # PR_SET_CHILD_SUBREAPER: orphans of tasks come to the shim
    my $wanted = POSIX::SigSet->new(POSIX::SIGCHLD(), POSIX::SIGTERM(), POSIX::SIGHUP());
    open_signals();
    my ($buffer, $retry_at) = ('', 0);
    while ($in || %runs || @unsaved || @notes) {
        my $readable = wait_ready($in, $wanted);
        reap();
        last if delete $got{TERM} && !%runs && !@unsaved;
        if (delete $got{HUP}) {
            for (values %runs) { POSIX::close(delete $_->{keep}) if defined $_->{keep} && !-e $_->{stdin} }
        }
        if (now_ms() >= $retry_at || now_ms() < $retry_at - RETRY_MS) {    # a clock that was set back holds nothing up
            save(@$_) for splice @unsaved;
            note();
            $retry_at = now_ms() + RETRY_MS;
        }
        next unless $readable;
        my $read = sysread $in, $buffer, READ_BYTES, length $buffer;
        undef $in if defined $read ? !$read || !frames(\$buffer) : !$!{EAGAIN} && !$!{EINTR};
    }
    rmdir for @spares;
}

main();
