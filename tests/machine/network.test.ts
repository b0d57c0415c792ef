import { describe, expect, it } from 'vitest';
import { runLines } from '../support/labShell.ts';

/** Lines that wait until a container's redis or nginx answers. */
const upRedis = (name: string) => `until docker exec ${name} redis-cli ping > /dev/null 2>&1; do sleep 0.1; done`;
const upHttp = (url: string) => `until curl -s -o /dev/null ${url}; do sleep 0.1; done`;

async function linesOf(lines: readonly string[]): Promise<readonly string[]> {
  const { output } = await runLines(lines);
  return output.trimEnd().split('\n');
}

describe('MACH-2 containers reach each other', () => {
  it('MACH-2 by name, alias, short ID and address on a network of the user', async () => {
    const output = await linesOf([
      'docker pull -q redis > /dev/null; docker network create app > /dev/null',
      'id=$(docker run -d --name cache --network app --network-alias store redis)',
      upRedis('cache'),
      'for host in cache store CACHE cache.app $(printf %.12s $id); do',
      '  docker run --rm --network app redis redis-cli -h $host ping',
      'done',
      "ip=$(docker inspect -f '{{.NetworkSettings.Networks.app.IPAddress}}' cache); echo $ip",
      'docker run --rm --network app redis redis-cli -h $ip ping',
      'docker run --rm --network app redis redis-cli -h nobody ping',
      "docker inspect -f '{{range .NetworkSettings.Networks.app.Aliases}}{{.}} {{end}}' cache | sed s/$(printf %.12s $id)/ID/",
    ]);
    expect(output).toEqual(
      [
        ...Array.from({ length: 5 }, () => 'PONG'),
        '172.18.0.2',
        'PONG',
        'Could not connect to Redis at nobody:6379: Name or service not known',
        'store ID ',
      ].map((line) => line.trimEnd()),
    );
  });

  it('MACH-2 by address alone on the default bridge, and from one network to another not at all', async () => {
    const output = await linesOf([
      'docker pull -q redis > /dev/null; docker network create other > /dev/null',
      'docker run -d --name cache redis > /dev/null',
      upRedis('cache'),
      'ip=172.17.0.2',
      'docker run --rm redis redis-cli -h cache ping',
      'docker run --rm redis redis-cli -h $ip ping',
      'docker run --rm --network other redis redis-cli -h $ip ping 2>&1',
      'docker run --rm --network none redis redis-cli -h $ip ping 2>&1',
      'docker network connect other cache; docker run --rm --network other redis redis-cli -h cache ping',
      'docker network disconnect other cache; docker run --rm --network other redis redis-cli -h cache ping',
      'docker rm -f cache > /dev/null; docker run --rm redis redis-cli -h $ip ping',
    ]);
    expect(output).toEqual([
      'Could not connect to Redis at cache:6379: Name or service not known',
      'PONG',
      expect.stringMatching(/^Could not connect to Redis at 172\.17\.0\.2:6379: /),
      expect.stringMatching(/^Could not connect to Redis at 172\.17\.0\.2:6379: /),
      'PONG',
      'Could not connect to Redis at cache:6379: Name or service not known',
      expect.stringMatching(/^Could not connect to Redis at 172\.17\.0\.2:6379: /),
    ]);
  });

  it('MACH-2 by a link, whose variables and line of /etc/hosts are there', async () => {
    const output = await linesOf([
      'docker pull -q redis > /dev/null',
      'docker run -d --name cache -e ROLE=main redis > /dev/null',
      upRedis('cache'),
      'docker run --rm --name web --link cache:db redis redis-cli -h db ping',
      "docker run --rm --name web --link cache:db redis sh -c 'env | grep -E \"^DB_(PORT|NAME|ENV_ROLE)\" | sort; grep db /etc/hosts' | sed -E 's/[0-9a-f]{12}/ID/'",
      'docker create --name web --link cache redis > /dev/null',
      "docker inspect -f '{{.HostConfig.Links}}' web",
      'docker stop cache > /dev/null; docker start web 2>&1 | head -1',
      'docker run --link nobody redis 2>&1 | head -1',
    ]);
    expect(output).toEqual([
      'PONG',
      'DB_ENV_ROLE=main',
      'DB_NAME=/web/db',
      'DB_PORT=tcp://172.17.0.2:6379',
      'DB_PORT_6379_TCP=tcp://172.17.0.2:6379',
      'DB_PORT_6379_TCP_ADDR=172.17.0.2',
      'DB_PORT_6379_TCP_PORT=6379',
      'DB_PORT_6379_TCP_PROTO=tcp',
      '172.17.0.2\tdb ID cache',
      '[/cache:/web/cache]',
      'Error response from daemon: Cannot link to a non running container: /cache AS /web/cache',
      'docker: Error response from daemon: could not get container for nobody: No such container: nobody.',
    ]);
  });

  it('MACH-2 by names that were written into /etc/hosts, on the host as well', async () => {
    const output = await linesOf([
      'docker pull -q redis > /dev/null',
      'docker run -d --name cache redis > /dev/null',
      upRedis('cache'),
      'docker run --rm --add-host kv:172.17.0.2 redis redis-cli -h kv ping',
      "docker run --rm redis sh -c 'echo 172.17.0.2 other >> /etc/hosts; redis-cli -h other ping'",
      'docker run --rm --add-host up:host-gateway redis getent hosts up',
      'echo 127.0.0.1 hub.lab >> /etc/hosts; docker tag redis hub.lab:5000/kv; docker push -q hub.lab:5000/kv',
    ]);
    expect(output).toEqual(['PONG', 'PONG', '172.17.0.1      up', 'hub.lab:5000/kv:latest']);
  });

  it("MACH-2 in one another's network", async () => {
    const output = await linesOf([
      'docker pull -q redis > /dev/null',
      'docker run -d --name cache redis > /dev/null',
      upRedis('cache'),
      'docker run --rm --network container:cache redis redis-cli ping',
      'docker run -d --name plain --network host redis > /dev/null',
      upRedis('plain'),
      'docker run --rm --network host redis redis-cli -p 6379 ping',
      'docker stop cache > /dev/null; docker run --rm --network container:cache redis 2>&1 | sed -E "s/[0-9a-f]{64}/ID/" | head -1',
    ]);
    expect(output).toEqual([
      'PONG',
      'PONG',
      'docker: Error response from daemon: cannot join network of a non running container: ID.',
    ]);
  });
});

describe('MACH-3 ports of containers are ports of the host', () => {
  it('MACH-3 chosen from those of the vintage, the larger port of the container first', async () => {
    const output = await linesOf([
      'docker pull -q nginx > /dev/null',
      'docker run -d --name one -P --expose 443 nginx > /dev/null; docker run -d --name two -p 80 nginx > /dev/null',
      "docker port one; docker port two 80; docker ps --format '{{.Names}} {{.Ports}}'",
      "docker inspect -f '{{json .NetworkSettings.Ports}}' two",
      upHttp('localhost:49154'),
      'curl -s localhost:49154 | grep -c "<title>Welcome"',
      "docker stop one > /dev/null; docker port one; docker ps -a --filter name=one --format '{{.Ports}}.'",
      'docker run -d --rm -p 9000-9001:80 nginx > /dev/null; docker run -d --rm -p 9000-9001:80 nginx > /dev/null',
      "docker ps --format '{{.Ports}}' | sed 's/,.*//' | sort",
      'docker run -d --rm -p 9000-9001:80 nginx 2>&1 | grep -o "all ports are allocated"',
    ]);
    expect(output).toEqual([
      '80/tcp -> 0.0.0.0:49154',
      '80/tcp -> :::49154',
      '443/tcp -> 0.0.0.0:49153',
      '443/tcp -> :::49153',
      '0.0.0.0:49155',
      ':::49155',
      'two 0.0.0.0:49155->80/tcp, :::49155->80/tcp',
      'one 0.0.0.0:49154->80/tcp, :::49154->80/tcp, 0.0.0.0:49153->443/tcp, :::49153->443/tcp',
      '{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"49155"},{"HostIp":"::","HostPort":"49155"}]}',
      '1',
      '.',
      '0.0.0.0:49155->80/tcp',
      '0.0.0.0:9000->80/tcp',
      '0.0.0.0:9001->80/tcp',
      'all ports are allocated',
    ]);
  });

  it('MACH-3 for every protocol that is spoken here', async () => {
    const output = await linesOf([
      'docker pull -q redis > /dev/null',
      'docker run -d --name cache -p 7000:6379 redis > /dev/null',
      upRedis('cache'),
      'docker run --rm --network host redis redis-cli -p 7000 ping',
      'docker run --rm redis redis-cli -h 172.17.0.1 -p 7000 ping',
      'docker stop cache > /dev/null; docker run --rm --network host redis redis-cli -p 7000 ping',
    ]);
    expect(output).toEqual(['PONG', 'PONG', 'Could not connect to Redis at 127.0.0.1:7000: Connection refused']);
  });

  it('MACH-3 once: who comes later is told', async () => {
    const output = await linesOf([
      'docker pull -q nginx > /dev/null',
      'docker run -d --name one -p 8080:80 nginx > /dev/null',
      'docker run -d --name two -p 8080:80 nginx 2>&1 > /dev/null | head -1 | sed -E "s/[0-9a-f]{64}/ID/"',
      "docker ps -a --filter name=two --format '{{.Status}}'",
      'docker run -d --name three -p 22:22 nginx 2>&1 > /dev/null | head -1 | sed -E "s/[0-9a-f]{64}/ID/"',
    ]);
    expect(output).toEqual([
      'docker: Error response from daemon: driver failed programming external connectivity on endpoint two (ID): Bind for 0.0.0.0:8080 failed: port is already allocated.',
      'Created',
      'docker: Error response from daemon: driver failed programming external connectivity on endpoint three (ID): Error starting userland proxy: listen tcp4 0.0.0.0:22: bind: address already in use.',
    ]);
  });

  it("MACH-3 the machine's own registry gives way to one that is started", async () => {
    const output = await linesOf([
      'docker pull -q busybox > /dev/null; docker tag busybox localhost:5000/first; docker push -q localhost:5000/first',
      'docker run -d -p 5000:5000 --name registry registry:2 > /dev/null 2>&1',
      'until docker logs registry 2>&1 | grep -q listening; do sleep 0.1; done; curl -s localhost:5000/v2/_catalog',
      'docker tag busybox localhost:5000/second; docker push -q localhost:5000/second; curl -s localhost:5000/v2/_catalog',
      'docker restart registry > /dev/null; until curl -s localhost:5000/v2/_catalog | grep second; do sleep 0.1; done',
      'docker rmi localhost:5000/second > /dev/null; docker pull -q localhost:5000/second',
      'docker rm -f registry > /dev/null; curl -s localhost:5000/v2/_catalog',
    ]);
    expect(output).toEqual([
      'localhost:5000/first:latest',
      '{"repositories":[]}',
      'localhost:5000/second:latest',
      '{"repositories":["second"]}',
      '{"repositories":["second"]}',
      'localhost:5000/second:latest',
      '{"repositories":["first"]}',
    ]);
  });
});

describe('MACH-4 networks have addresses', () => {
  it('MACH-4 of their own subnet, which overlaps with none', async () => {
    const output = await linesOf([
      'docker pull -q busybox > /dev/null',
      'docker network create --subnet 10.9.8.0/29 small > /dev/null',
      'docker network create --subnet 10.9.0.0/16 wide',
      'docker network create --subnet nonsense bad',
      "docker inspect -f '{{(index .IPAM.Config 0).Gateway}}' small",
      'for i in 1 2 3 4 5; do docker run -d --name c$i --network small busybox sleep 100 > /dev/null; done; docker run --rm --network small busybox true 2>&1 | head -1 | sed -E "s/[0-9a-f]{64}/ID/"',
      "docker inspect -f '{{.NetworkSettings.Networks.small.IPAddress}}/{{.NetworkSettings.Networks.small.IPPrefixLen}}' c5",
    ]);
    expect(output).toEqual([
      'Error response from daemon: Pool overlaps with other one on this address space',
      expect.stringContaining('nonsense'),
      '10.9.8.1',
      "docker: Error response from daemon: no available IPv4 addresses on this network's address pools: small (ID).",
      '10.9.8.6/29',
    ]);
  });
});
