/** Official images that the simulated hub has only in part, or not at all, although the real one has them. */
const OFFICIAL = new Set(
  'adminer alpine amazoncorretto archlinux bash buildpack-deps busybox caddy cassandra centos clojure composer couchbase couchdb dart debian docker drupal eclipse-mosquitto eclipse-temurin elasticsearch elixir erlang fedora gcc ghost golang gradle groovy haproxy haskell httpd ibmjava influxdb jenkins joomla jruby julia kibana kong logstash mariadb maven mediawiki memcached mongo mongo-express mysql nats neo4j nextcloud nginx node odoo openjdk oraclelinux perl photon php postgres pypy python r-base rabbitmq redis redmine registry rethinkdb rockylinux ros ruby rust solr sonarqube swift tomcat traefik ubuntu varnish vault wordpress zookeeper'.split(
    ' ',
  ),
);
/** As tags of real images are made: a version, a release of a distribution, a variant. */
const TAG = /^v?\d|alpine|slim|latest|stable|lts|^(buster|bullseye|bookworm|trixie|sid|bionic|focal|jammy|noble)/;

/** What the simulator adds where a real hub would answer otherwise than its own; undefined where both say no.
 *  `image`: as its user names it. */
export function hubNote(image: string): string | undefined {
  const [, name = '', tag] = /^([a-z0-9-]+)(?::([\w.-]+))?$/.exec(image) ?? [];
  if (!OFFICIAL.has(name) || (tag !== undefined && !TAG.test(tag))) return undefined;
  return `the real hub may have ${image}; the simulated one holds base images of a catalogue, in some versions`;
}
