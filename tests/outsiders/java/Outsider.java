// Everything that the Java driver does with a cluster, done once and checked.
//
//     java -cp JARS Outsider.java CONTACT_POINTS V4|V5 [SHARDS]
//
// CONTACT_POINTS is address:port,…; with SHARDS every node must get so many connections, one per shard. Prints one line
// of what was shown; exits with 1 at the first doubt.

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.ResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.data.CqlDuration;
import com.datastax.oss.driver.api.core.data.CqlVector;
import com.datastax.oss.driver.api.core.data.TupleValue;
import com.datastax.oss.driver.api.core.data.UdtValue;
import com.datastax.oss.driver.api.core.metadata.EndPoint;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.schema.KeyspaceMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import com.datastax.oss.driver.api.core.servererrors.AlreadyExistsException;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import com.datastax.oss.driver.api.core.servererrors.SyntaxError;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.TupleType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

public class Outsider {
    static final String KEYSPACE = "outsiders_java";

    static CqlSession session;
    static List<String> points;

    public static void main(String[] args) throws Exception {
        points = Arrays.asList(args[0].split(","));
        int shards = args.length > 2 ? Integer.parseInt(args[2]) : 0;
        List<String> shown = new ArrayList<>();
        try (CqlSession opened = connect(args[1])) {
            session = opened;
            shown.add(topology());
            if (shards > 0) shown.add(shards(shards));
            shown.add(schema());
            shown.add(types());
            shown.add(routing());
            shown.add(paging());
            shown.add(conditions());
            shown.add(batches());
            shown.add(errors());
            shown.add(alteration(args[1]));
            session.execute("DROP KEYSPACE " + KEYSPACE);
        }
        System.out.println(String.join("; ", shown));
    }

    static CqlSession connect(String version) {
        DriverConfigLoader config = DriverConfigLoader.programmaticBuilder()
                .withStringList(DefaultDriverOption.CONTACT_POINTS, points)
                .withString(DefaultDriverOption.LOAD_BALANCING_LOCAL_DATACENTER, "datacenter1")
                .withString(DefaultDriverOption.PROTOCOL_VERSION, version)
                .withString(DefaultDriverOption.PROTOCOL_COMPRESSION, "lz4")
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(20))
                .withString(DefaultDriverOption.REQUEST_CONSISTENCY, "QUORUM")
                .build();
        return CqlSession.builder().withConfigLoader(config).build();
    }

    static String topology() {
        Set<String> found = new TreeSet<>();
        for (Node node : session.getMetadata().getNodes().values()) {
            EndPoint point = node.getEndPoint();
            found.add(point.resolve().toString().replaceFirst("^[^/]*/", ""));
            check(node.getHostId() != null && node.getRack() != null && node.getCassandraVersion() != null, node);
        }
        same(found, new TreeSet<>(points));
        int ranges = session.getMetadata().getTokenMap().get().getTokenRanges().size();
        same(ranges, 16 * points.size());
        return found.size() + " nodes, " + ranges + " ranges in the token map";
    }

    /** One connection per shard, and one more to the node that the control connection is on. */
    static String shards(int shards) throws Exception {
        Collection<Node> nodes = session.getMetadata().getNodes().values();
        int expected = shards * nodes.size() + 1;
        until(() -> nodes.stream().mapToInt(Node::getOpenConnections).sum() == expected, "connections");
        return "a connection to each of " + shards + " shards per node";
    }

    static String schema() {
        session.execute("DROP KEYSPACE IF EXISTS " + KEYSPACE);
        session.execute("CREATE KEYSPACE " + KEYSPACE + " WITH replication = {'class': 'NetworkTopologyStrategy', "
                + "'datacenter1': " + Math.min(3, points.size()) + "}");
        session.execute("USE " + KEYSPACE);
        session.execute("CREATE TYPE place (street text, number int, near frozen<list<text>>)");
        session.execute("CREATE TABLE types (id int PRIMARY KEY, a ascii, b bigint, c blob, d boolean, e date, "
                + "f decimal, g double, h duration, i float, j inet, k smallint, l text, m time, n timestamp, "
                + "o timeuuid, p tinyint, q uuid, r varint, s list<int>, t set<text>, u map<text, int>, "
                + "v frozen<tuple<int, text>>, w frozen<place>, x vector<float, 3>)");
        session.execute("CREATE TABLE events (p int, \"Q\" text, c timeuuid, s text STATIC, d int, w map<text, int>, "
                + "PRIMARY KEY ((p, \"Q\"), c, d)) WITH CLUSTERING ORDER BY (c DESC, d ASC) AND comment = 'it''s'");
        session.execute("CREATE INDEX by_key ON events (KEYS(w))");
        session.execute("CREATE TABLE counts (id int PRIMARY KEY, n counter)");
        KeyspaceMetadata keyspace = session.getMetadata().getKeyspace(KEYSPACE).get();
        same(keyspace.getTables().size(), 3);
        TableMetadata events = keyspace.getTable("events").get();
        same(events.getPartitionKey().toString().contains("Q"), true);
        same(events.getClusteringColumns().values().toString(), "[DESC, ASC]");
        same(events.getIndexes().values().iterator().next().getTarget(), "keys(w)");
        same(keyspace.getTable("types").get().getColumn("x").get().getType(),
                DataTypes.vectorOf(DataTypes.FLOAT, 3));
        check(events.describe(false).contains("comment = 'it''s'"), events.describe(false));
        return "metadata of 3 tables, a type and an index";
    }

    static String types() throws Exception {
        UserDefinedType placeType =
                session.getMetadata().getKeyspace(KEYSPACE).get().getUserDefinedType("place").get();
        TupleType pair = (TupleType) session.getMetadata().getKeyspace(KEYSPACE).get()
                .getTable("types").get().getColumn("v").get().getType();
        UdtValue place = placeType.newValue("Main St", null, List.of("a", "b"));
        TupleValue tuple = pair.newValue(1, null);
        List<Object> values = List.of("plain", Long.MIN_VALUE, ByteBuffer.wrap(new byte[] {0, -1}), true,
                LocalDate.of(1, 1, 1), new BigDecimal("-123456789012345678901234567890.0001"), -1.5e300,
                CqlDuration.newInstance(-14, -3, Long.MIN_VALUE / 2), 0.25f, InetAddress.getByName("2001:db8::1"),
                Short.MIN_VALUE, "żółw 🐢", LocalTime.of(23, 59, 59, 999_999_999), Instant.ofEpochMilli(-1),
                UUID.fromString("00000000-0000-1000-8080-808080808080"), Byte.MIN_VALUE, new UUID(-1, -1),
                BigInteger.TWO.pow(130).negate(), List.of(3, 1, 3), Set.of("a", "b"), Map.of("x", 1, "y", 2), tuple,
                place, CqlVector.newInstance(1f, -2f, 0.5f));
        String columns = "a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x";
        PreparedStatement insert = session.prepare("INSERT INTO types (id, " + columns + ") VALUES (1"
                + ", ?".repeat(values.size()) + ")");
        session.execute(insert.bind(values.toArray()));
        Row row = session.execute("SELECT " + columns + " FROM types WHERE id = 1").one();
        for (int at = 0; at < values.size(); at++) same(row.getObject(at), values.get(at));
        session.execute(insert.bind(new Object[values.size()]));
        row = session.execute("SELECT " + columns + " FROM types WHERE id = 1").one();
        for (int at = 0; at < values.size(); at++) check(row.isNull(at), row.getColumnDefinitions().get(at).getName());
        return values.size() + " values of every type written and read";
    }

    /** Each request goes to a replica of its partition. */
    static String routing() {
        PreparedStatement insert = session.prepare("INSERT INTO types (id, l) VALUES (?, ?)");
        for (int at = 100; at < 300; at++) {
            BoundStatement bound = insert.bind(at, "x");
            Node coordinator = session.execute(bound).getExecutionInfo().getCoordinator();
            ByteBuffer key = bound.getRoutingKey();
            check(session.getMetadata().getTokenMap().get().getReplicas(KEYSPACE, key).contains(coordinator), key);
        }
        return "200 of 200 requests on a replica";
    }

    static String paging() throws Exception {
        PreparedStatement insert = session.prepare("INSERT INTO events (p, \"Q\", c, d) VALUES (7, 'pages', ?, ?)");
        UUID clustering = UUID.fromString("d2177dd0-eaa2-11de-a572-001b779c76e3");
        List<CompletionStage<AsyncResultSet>> sent = new ArrayList<>();
        for (int at = 0; at < 1000; at++) sent.add(session.executeAsync(insert.bind(clustering, at)));
        for (CompletionStage<AsyncResultSet> one : sent) one.toCompletableFuture().get();
        SimpleStatement query = SimpleStatement.newInstance("SELECT d FROM events WHERE p = 7 AND \"Q\" = 'pages'")
                .setPageSize(64);
        ResultSet first = session.execute(query);
        same(first.getAvailableWithoutFetching(), 64);
        ByteBuffer rest = first.getExecutionInfo().getPagingState();
        int next = 64;
        for (Row row : session.execute(query.setPagingState(rest))) same(row.getInt(0), next++);
        same(next, 1000);
        return "1,000 rows in pages of 64, resumed from a paging state";
    }

    static String conditions() {
        PreparedStatement insert = session.prepare("INSERT INTO types (id, l) VALUES (1000, ?) IF NOT EXISTS");
        check(session.execute(insert.bind("one")).wasApplied(), "the first");
        ResultSet second = session.execute(insert.bind("two"));
        check(!second.wasApplied(), "the second");
        same(second.one().getString("l"), "one");
        check(session.execute("DELETE FROM types WHERE id = 1000 IF l = 'one'").wasApplied(), "the delete");
        return "conditional writes, applied and not";
    }

    static String batches() {
        PreparedStatement insert = session.prepare("INSERT INTO types (id, l) VALUES (?, ?)");
        PreparedStatement add = session.prepare("UPDATE counts SET n = n + ? WHERE id = 1");
        session.execute(BatchStatement.newInstance(BatchType.LOGGED, insert.bind(2000, "x"), insert.bind(2001, "y")));
        session.execute(BatchStatement.newInstance(BatchType.UNLOGGED, insert.bind(2001, "z")));
        session.execute(BatchStatement.newInstance(BatchType.COUNTER, add.bind(5L), add.bind(-2L)));
        List<Row> rows = session.execute("SELECT l FROM types WHERE id IN (2000, 2001)").all();
        same(rows.get(0).getString(0) + rows.get(1).getString(0), "xz");
        same(session.execute("SELECT n FROM counts WHERE id = 1").one().getLong(0), 3L);
        return "logged, unlogged and counter batches";
    }

    static String errors() {
        refused(SyntaxError.class, "SELEC * FROM types");
        refused(InvalidQueryException.class, "SELECT * FROM nothing");
        refused(InvalidQueryException.class, "SELECT * FROM types WHERE l = 'x'");
        refused(AlreadyExistsException.class, "CREATE TABLE types (id int PRIMARY KEY)");
        return "4 refusals, each as its exception";
    }

    /** In version 4 nothing tells a client that columns have moved, so it must name them; version 5 has an id for them. */
    static String alteration(String version) {
        String columns = version.equals("V4") ? "id, l" : "*";
        PreparedStatement select = session.prepare("SELECT " + columns + " FROM types WHERE id = ?");
        session.execute("ALTER TABLE types ADD added text");
        session.execute("UPDATE types SET added = 'new' WHERE id = 100");
        same(session.execute(select.bind(100)).one().getString("l"), "x");
        check(session.getMetadata().getKeyspace(KEYSPACE).get().getTable("types").get().getColumn("added").isPresent(),
                "the new column");
        return "prepared before ALTER, run after it";
    }

    static void refused(Class<? extends Exception> kind, String statement) {
        try {
            session.execute(statement);
        } catch (Exception e) {
            check(kind.isInstance(e), e);
            return;
        }
        throw new AssertionError("not refused: " + statement);
    }

    static void same(Object found, Object expected) {
        check(Objects.equals(found, expected), "found " + found + ", expected " + expected);
    }

    static void check(boolean holds, Object what) {
        if (!holds) throw new AssertionError(what);
    }

    static void until(BooleanSupplier holds, Object what) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!holds.getAsBoolean()) {
            check(System.nanoTime() < deadline, "not within 20 s: " + what);
            Thread.sleep(50);
        }
    }
}
