namespace StreamSpanMetrics.Demo;

/// <summary>The demo's shop: thirteen services, their operations and who calls whom. The same for every seed.</summary>
public sealed class ShopCatalog
{
    private readonly ShopService frontend = new("frontend", "nodejs", 3, stableConventions: true);
    private readonly ShopService cart = new("cart", "dotnet", 2, stableConventions: true);
    private readonly ShopService checkout = new("checkout", "go", 2, stableConventions: false);
    private readonly ShopService payment = new("payment", "nodejs", 2, stableConventions: true);
    private readonly ShopService inventory = new("inventory", "java", 2, stableConventions: true);
    private readonly ShopService catalog = new("catalog", "go", 3, stableConventions: false);
    private readonly ShopService recommendation = new("recommendation", "python", 2, stableConventions: false);
    private readonly ShopService shipping = new("shipping", "rust", 2, stableConventions: true);
    private readonly ShopService email = new("email", "ruby", 2, stableConventions: false);
    private readonly ShopService currency = new("currency", "cpp", 2, stableConventions: false);
    private readonly ShopService ads = new("ads", "java", 2, stableConventions: true);
    private readonly ShopService users = new("users", "python", 2, stableConventions: true);
    private readonly ShopService orders = new("orders", "dotnet", 2, stableConventions: true);

    /// <summary>Builds the shop.</summary>
    public ShopCatalog()
    {
        Services =
        [
            frontend, cart, checkout, payment, inventory, catalog, recommendation, shipping, email, currency, ads, users, orders,
        ];
        BurstServices = [payment, inventory, catalog, recommendation, shipping, users];
        Entrances = BuildEntrances();
        TotalWeight = Entrances.Sum(entrance => entrance.Weight);
    }

    /// <summary>All services.</summary>
    public IReadOnlyList<ShopService> Services { get; }

    /// <summary>Services that an error burst may strike.</summary>
    public IReadOnlyList<ShopService> BurstServices { get; }

    /// <summary>Operations that start a trace, each with its share of the traffic.</summary>
    public IReadOnlyList<(ShopOperation Operation, int Weight)> Entrances { get; }

    /// <summary>Sum of the weights of <see cref="Entrances"/>.</summary>
    public int TotalWeight { get; }

    private List<(ShopOperation Operation, int Weight)> BuildEntrances()
    {
        ShopOperation getProduct = Method(catalog, "GetProduct", 3, 0.001, Sometimes(Sql("SELECT", "products", 2.2), 0.7),
            Sometimes(Redis("GET", 0.4), 0.9));
        ShopOperation listProducts = Method(catalog, "ListProducts", 9, 0.001, Needs(Sql("SELECT", "products", 6)));
        ShopOperation convert = Method(currency, "Convert", 0.8, 0.0005);
        ShopOperation stock = Endpoint(inventory, "GET", "/stock/{sku}", 4, 0.003, Needs(Sql("SELECT", "stock", 2.5)));
        ShopOperation session = Endpoint(users, "GET", "/session", 2, 0.002, Needs(Redis("GET", 0.5)));
        ShopOperation getCart = Method(cart, "GetCart", 2, 0.001, Needs(Redis("HGETALL", 0.7)));
        ShopOperation addItem = Method(cart, "AddItem", 2.5, 0.002, Needs(Redis("HSET", 0.8)));
        ShopOperation recommend = Method(recommendation, "List", 18, 0.006, Sometimes(getProduct, 0.6),
            Always(Work("rank candidates", 11)));
        ShopOperation banner = Endpoint(ads, "GET", "/banner", 5, 0.004, Always(Work("choose banner", 2)));
        return
        [
            (Endpoint(frontend, "GET", "/", 7, 0.0008, Always(session), Needs(listProducts), Always(recommend),
                Sometimes(banner, 0.8)), 20),
            (Endpoint(frontend, "GET", "/products/{id}", 6, 0.0008, Needs(getProduct), Needs(convert), Always(stock),
                Sometimes(recommend, 0.5), Sometimes(banner, 0.4), Always(Work("render page", 4))), 30),
            (Endpoint(frontend, "POST", "/cart", 4, 0.001, Needs(session), Needs(stock), Needs(addItem)), 12),
            (Endpoint(frontend, "GET", "/cart", 4, 0.001, Needs(session), Needs(getCart), Sometimes(getProduct, 0.8), Needs(convert)), 10),
            (Endpoint(frontend, "POST", "/checkout", 8, 0.002, Needs(session), Needs(PlaceOrder(getCart, getProduct, convert))), 6),
            (Endpoint(frontend, "GET", "/orders", 5, 0.001, Needs(session),
                Needs(Endpoint(orders, "GET", "/orders", 6, 0.002, Needs(Sql("SELECT", "orders", 7))))), 4),
            (Endpoint(frontend, "POST", "/login", 3, 0.001, Needs(Endpoint(users, "POST", "/login", 12, 0.02,
                Needs(Sql("SELECT", "users", 2)), Always(Work("verify password", 60))))), 3),
            (Work("restock shelves", 35) with { Service = inventory, Calls = [Needs(Sql("UPDATE", "stock", 14))] }, 1),
        ];
    }

    private ShopOperation PlaceOrder(ShopOperation getCart, ShopOperation getProduct, ShopOperation convert)
    {
        ShopOperation charge = Endpoint(payment, "POST", "/charges", 85, 0.012, Always(Work("score fraud risk", 22)),
            Needs(Sql("INSERT", "charges", 3))) with
        {
            Spread = 0.6,
            ExceptionType = "PaymentDeclined",
            ExceptionMessage = "the card issuer declined the charge",
        };
        ShopOperation reserve = Endpoint(inventory, "POST", "/reservations", 9, 0.006, Needs(Sql("UPDATE", "stock", 6)));
        ShopOperation quote = Endpoint(shipping, "POST", "/quotes", 14, 0.003, Always(Work("compute route", 8)));
        ShopOperation ship = Endpoint(shipping, "POST", "/shipments", 25, 0.004, Needs(quote));
        ShopOperation mail = Endpoint(email, "POST", "/confirmations", 40, 0.01, Always(Work("render template", 12))) with { Spread = 0.8 };
        ShopOperation record = new(orders, OperationShape.Queue, "process", "orders", 9, [Needs(Sql("INSERT", "orders", 5)), Always(mail)])
        {
            System = "kafka",
            ExceptionType = "System.TimeoutException",
            ExceptionMessage = "the order could not be stored in time",
        };
        return Method(checkout, "PlaceOrder", 11, 0.002, Needs(getCart), Needs(getProduct), Needs(convert), Needs(reserve),
            Needs(charge), Needs(ship), Always(record));
    }

    private static ShopOperation Endpoint(
        ShopService service, string verb, string route, double medianMillis, double errorRate, params ShopCall[] calls)
    {
        return new ShopOperation(service, OperationShape.Http, verb, route, medianMillis, calls)
        {
            ErrorRate = errorRate,
            ExceptionType = service.Language == "java" ? "java.util.concurrent.TimeoutException" : "UpstreamTimeout",
            ExceptionMessage = "no answer from upstream within the deadline",
        };
    }

    private static ShopOperation Method(ShopService service, string method, double medianMillis, double errorRate, params ShopCall[] calls)
    {
        string subject = "shop." + char.ToUpperInvariant(service.Name[0]) + service.Name[1..];
        return new ShopOperation(service, OperationShape.Rpc, method, subject, medianMillis, calls)
        {
            ErrorRate = errorRate,
            ExceptionType = service.Language == "python" ? "RuntimeError" : "StatusUnavailable",
            ExceptionMessage = "backend unavailable",
        };
    }

    private static ShopOperation Sql(string verb, string table, double medianMillis)
    {
        return new ShopOperation(null, OperationShape.Database, verb, table, medianMillis, [])
        {
            System = "postgresql",
            Spread = 0.7,
            ErrorRate = 0.0006,
            ExceptionType = "DatabaseError",
            ExceptionMessage = "canceling statement due to lock timeout",
        };
    }

    private static ShopOperation Redis(string verb, double medianMillis)
    {
        return new ShopOperation(null, OperationShape.Database, verb, "redis", medianMillis, [])
        {
            System = "redis",
            ErrorRate = 0.0002,
            ExceptionType = "ConnectionError",
            ExceptionMessage = "connection reset by peer",
        };
    }

    private static ShopOperation Work(string function, double medianMillis)
    {
        return new ShopOperation(null, OperationShape.Internal, "", function, medianMillis, []) { ErrorRate = 0.0005 };
    }

    private static ShopCall Needs(ShopOperation target) => new(target, 1, Required: true);

    private static ShopCall Always(ShopOperation target) => new(target, 1, Required: false);

    private static ShopCall Sometimes(ShopOperation target, double probability) => new(target, probability, Required: false);
}
