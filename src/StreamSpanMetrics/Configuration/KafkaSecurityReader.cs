using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// <c>auth</c> and <c>tls</c> of a Kafka component (opentelemetry-collector-contrib pkg/kafka/configkafka/config.go).
/// </summary>
internal static class KafkaSecurityReader
{
    private const string ScramOrCertificate = "give the brokers a listener with SCRAM-SHA-512 or with client certificates (tls)";

    private static readonly (string Name, SaslMechanism Mechanism)[] Mechanisms =
    [
        ("PLAIN", SaslMechanism.Plain),
        ("SCRAM-SHA-256", SaslMechanism.ScramSha256),
        ("SCRAM-SHA-512", SaslMechanism.ScramSha512),
    ];

    /// <summary>Reads both sections; null if neither was written.</summary>
    public static KafkaSecurity? Read(MappingReader reader)
    {
        MappingReader auth = reader.Section("auth");
        SaslSettings? sasl = ReadUser(auth);
        TlsSettings? tls = ReadTls(reader, auth);
        auth.Finish();
        if (sasl is { Mechanism: SaslMechanism.Plain } && tls is null)
        {
            reader.Warning("auth", "user name and password cross the network in clear text", "add 'tls: {}' if the listener is SASL_SSL");
        }

        return auth.IsMapping || reader.Find("tls") is not null ? new KafkaSecurity(tls, sasl) : null;
    }

    private static SaslSettings? ReadUser(MappingReader auth)
    {
        MappingReader kerberos = auth.Section("kerberos");
        kerberos.Accept(
            "service_name", "realm", "use_keytab", "username", "password", "config_file", "keytab_file", "disable_fast_negotiation");
        kerberos.Finish();
        auth.Refuse("kerberos", "Kerberos is not supported: the native Kafka library is built without GSSAPI", ScramOrCertificate);
        SaslSettings? sasl = ReadSasl(auth.Section("sasl"));
        MappingReader plain = auth.Section("plain_text");
        if (!plain.IsMapping)
        {
            return sasl;
        }

        auth.Warning("plain_text", "is deprecated", "write 'sasl: {mechanism: PLAIN, username: ..., password: ...}'");
        SaslSettings? user = ReadNameAndPassword(plain, SaslMechanism.Plain);
        plain.Finish();
        if (auth.Has("sasl"))
        {
            auth.Error(auth.KeyPlaceOf("plain_text"), "plain_text", "stands beside sasl", "keep sasl");
        }

        return user;
    }

    private static SaslSettings? ReadSasl(MappingReader sasl)
    {
        sasl.Ignore("version", "the client agrees on it with the broker");
        foreach (string key in (string[])["aws_msk", "oauthbearer_token_source", "oidc_file"])
        {
            sasl.Accept(key);
        }

        SettingNode? value = sasl.Find("mechanism");
        string name = sasl.Text("mechanism", "");
        sasl.Accept("username", "password");
        sasl.Finish();
        if (!sasl.IsMapping || (value is not null && value.Kind != SettingKind.Scalar))
        {
            return null;
        }

        foreach ((string known, SaslMechanism mechanism) in Mechanisms)
        {
            if (known == name)
            {
                WarnOfOtherMechanisms(sasl);
                return ReadNameAndPassword(sasl, mechanism);
            }
        }

        RefuseMechanism(sasl, name, value);
        return null;
    }

    private static void RefuseMechanism(MappingReader sasl, string name, SettingNode? value)
    {
        List<string> names = [.. Mechanisms.Select(mechanism => mechanism.Name)];
        (string message, string hint) = name switch
        {
            "" => ("a mechanism is needed", "one of " + string.Join(", ", names)),
            "AWS_MSK_IAM" or "AWS_MSK_IAM_OAUTHBEARER" => (
                "MSK's IAM mechanism is not supported: the Kafka client cannot sign with AWS credentials",
                "use SCRAM-SHA-512 with a user of the cluster (MSK listens on port 9096), or a client certificate (port 9094)"),
            "OAUTHBEARER" or "OIDCFILE" => ($"{name} is not supported: nothing here fetches tokens", ScramOrCertificate),
            "GSSAPI" => ("Kerberos is not supported: the native Kafka library is built without GSSAPI", ScramOrCertificate),
            _ => (
                $"there is no mechanism '{value!.Shown}'",
                MappingReader.DidYouMean(value, names) ?? "it is one of " + string.Join(", ", names)),
        };
        sasl.Error("mechanism", message, hint);
    }

    private static void WarnOfOtherMechanisms(MappingReader sasl)
    {
        sasl.Ignore("aws_msk", "it belongs to another mechanism");
        sasl.Ignore("oauthbearer_token_source", "it belongs to another mechanism");
        sasl.Ignore("oidc_file", "it belongs to another mechanism");
    }

    private static SaslSettings? ReadNameAndPassword(MappingReader reader, SaslMechanism mechanism)
    {
        string userName = reader.Text("username", "");
        string password = reader.Text("password", "");
        Require(reader, "username", userName, "a user name is needed");
        Require(reader, "password", password, "a password is needed");
        return new SaslSettings(mechanism, userName, new Secret(password));
    }

    // Whoever does not connect, such as compute, need not have the secrets at hand.
    private static void Require(MappingReader reader, string key, string text, string message)
    {
        if (text.Length == 0 && reader.Context.Connects)
        {
            reader.Error(key, message, $"for example '{key}: \"${{env:KAFKA_{key.ToUpperInvariant()}}}\"'");
        }
    }

    private static TlsSettings? ReadTls(MappingReader reader, MappingReader auth)
    {
        MappingReader old = auth.Section("tls");
        MappingReader tls = reader.Section("tls");
        if (old.IsMapping)
        {
            auth.Warning(
                "tls",
                tls.IsMapping ? "has no effect beside the component's own tls" : "is deprecated",
                tls.IsMapping ? null : "move it up, beside auth");
        }

        // Both are read, so that all mistakes are found; the newer one counts.
        TlsSettings? deprecated = old.IsMapping ? ReadTls(old) : null;
        return tls.IsMapping ? ReadTls(tls) : deprecated;
    }

    private static TlsSettings? ReadTls(MappingReader tls)
    {
        TlsSettings settings = TlsReader.Read(tls);
        bool insecure = tls.Flag("insecure", false);
        tls.Finish();
        if (insecure && !settings.HasAuthorities)
        {
            foreach (string key in tls.Keys.Where(key => key != "insecure"))
            {
                tls.Warning(key, "has no effect: 'insecure: true' means a connection without TLS");
            }

            return null;
        }

        if (insecure)
        {
            tls.Warning("insecure", "has no effect beside an authority: as in the Collector, TLS is used and the brokers are verified");
        }

        TlsReader.Check(tls, settings);
        RefuseWhatTheClientCannot(tls, settings);
        return settings;
    }

    private static void RefuseWhatTheClientCannot(MappingReader tls, TlsSettings settings)
    {
        const string Versions = "the Kafka client offers TLS 1.2 and 1.3, and cannot be kept from either";
        const string VersionHint = "remove it, and set ssl.enabled.protocols of the brokers' listener";
        if (settings.ServerName.Length > 0)
        {
            tls.Error(
                "server_name_override",
                "the Kafka client compares certificates with the address of each broker, and with nothing else",
                "give 'brokers', and advertised.listeners of the brokers, names that stand in their certificates");
        }

        if (settings.MinVersion == TlsVersion.Tls13)
        {
            tls.Error("min_version", Versions, VersionHint);
        }

        if (settings.MaxVersion == TlsVersion.Tls12)
        {
            tls.Error("max_version", Versions, VersionHint);
        }
    }
}
