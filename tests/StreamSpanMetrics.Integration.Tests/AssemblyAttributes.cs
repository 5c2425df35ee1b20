using StreamSpanMetrics.Integration.Tests.Support;
using Xunit.Sdk;
using Xunit.v3;

// Real programs on few cores: one test at a time, and each program starts once, with the first test that asks for it.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: AssemblyFixture(typeof(KafkaFixture))]
[assembly: AssemblyFixture(typeof(PrometheusFixture))]
[assembly: AssemblyFixture(typeof(CollectorFixture))]
