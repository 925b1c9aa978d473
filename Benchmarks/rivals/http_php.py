"""PHP-FPM behind nginx with PDO, opcache on and connections kept, serving `order` or `list` as the FastAPI rival does, loaded by wrk."""

from common import *

CHILDREN = int(os.environ.get("PHP_CHILDREN", "8"))
FPM = """
[global]
daemonize = no
error_log = {folder}/fpm.log
log_level = warning
[shop]
listen = {folder}/fpm.sock
listen.backlog = 1024
{user}
pm = static
pm.max_children = {children}
pm.max_requests = 0
clear_env = no
catch_workers_output = yes
"""
NGINX = """
daemon off;
{user}
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000;
  client_body_temp_path {folder}/body; fastcgi_temp_path {folder}/fastcgi; proxy_temp_path {folder}/proxy;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME {here}/php/index.php;
      fastcgi_pass unix:{folder}/fpm.sock;
    }}
  }}
}}
"""
# These hold for the whole server, so a pool's own settings cannot give them. nginx's connections to FPM are not kept, as is usual:
# a kept one would hold a child while others wait. PDO's connections to PostgreSQL are kept.
OPCACHE = [f"-dopcache.{setting}" for setting in ("enable=1", "validate_timestamps=0", "jit_buffer_size=32M", "jit=tracing")]


def program(pattern, package):
    found = sorted(glob.glob(pattern), reverse=True)
    return found[0] if found else fail(f"{package} is not installed (see debian-packages.txt)")


def last_words(folder):
    """What the servers wrote about their trouble, for whoever has to find it."""
    for name in ("fpm.log", "nginx.log"):
        with contextlib.suppress(OSError), open(os.path.join(folder, name)) as file:
            sys.stderr.write("".join(file.readlines()[-5:]))


what = choice("order", "list")
database, port = url("ORDERS_SERVICE_DB_URL"), free_port()
php, nginx = program("/usr/sbin/php-fpm*", "php-fpm"), program("/usr/sbin/nginx", "nginx")
version = subprocess.run([php, "-v"], capture_output=True, text=True).stdout.split()[1]
of = connection(database)
variables = dict(os.environ, RIVAL_DSN=f"pgsql:host={of['host']};port={of['port']};dbname={of['dbname']}", RIVAL_USER=of["user"],
                 RIVAL_PASSWORD=of["password"])
root = os.geteuid() == 0  # in a container; both then have to be told that this is meant
with tempfile.TemporaryDirectory(prefix="rival-php-") as folder:
    values = {"folder": folder, "children": CHILDREN, "port": port, "here": HERE}
    for name, text, user in (("fpm.conf", FPM, "user = root\ngroup = root"), ("nginx.conf", NGINX, "user root;")):
        with open(os.path.join(folder, name), "w") as file:
            file.write(text.format(**values, user=user if root else ""))
    command = [php, *OPCACHE, "--nodaemonize", "--fpm-config", f"{folder}/fpm.conf", *(["--allow-to-run-as-root"] if root else [])]
    with running(command, env=variables, stdout=sys.stderr) as fpm:
        while not os.path.exists(f"{folder}/fpm.sock"):
            if fpm.poll() is not None:
                last_words(folder)
                fail("php-fpm did not start")
            time.sleep(0.05)
        with running([nginx, "-c", f"{folder}/nginx.conf", "-e", f"{folder}/nginx.log"], stdout=sys.stderr) as process:
            try:
                serve_and_measure("php", database, what, f"http://127.0.0.1:{port}", process, {
                    "php": version, "children": CHILDREN, "nginx_workers": 2, "opcache": "on, tracing JIT",
                    "database_connections": "persistent"})
            except SystemExit:
                last_words(folder)
                raise
