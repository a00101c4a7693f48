/** Programs whose log lines mostly do not say who wrote them. */
const SERVICES = [
  ...['apache', 'caddy', 'cassandra', 'elasticsearch', 'envoy', 'hadoop', 'haproxy', 'hdfs', 'jenkins', 'kafka', 'mariadb', 'mongodb', 'mysql'],
  ...['nginx', 'php', 'postgresql', 'redis', 'spark', 'squid', 'tomcat', 'traefik', 'varnish', 'zookeeper'],
]
const OTHER_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({ apache2: 'apache', httpd: 'apache', mongod: 'mongodb', mysqld: 'mysql', postgres: 'postgresql' }),
)

/**
 * The service of entries that name none, where the file's name or that of its folder has the name of a known program as a word: `nginx` for
 * `/var/log/nginx/access.log` and `nginx-access.log.1.gz`, `spark` for `Spark_2k.log`. Undefined for all others: most names of files say too little.
 */
export function serviceOfPath(path: string): string | undefined {
  for (const part of path.split(/[\\/]/).slice(-2).reverse()) {
    for (const word of part.toLowerCase().split(/[^a-z0-9]+/)) {
      const service = OTHER_NAMES.get(word) ?? word
      if (SERVICES.includes(service)) return service
    }
  }
  return undefined
}
