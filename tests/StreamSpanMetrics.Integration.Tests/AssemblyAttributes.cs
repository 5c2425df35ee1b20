using StreamSpanMetrics.Integration.Tests.Support;
using Xunit.Sdk;
using Xunit.v3;

// Most of the time of a test is waiting for steps and sessions, so a few run at once even on few cores: those of one class one after the
// other. Each program starts once, with the first test that asks for it.
[assembly: Parallelization(Mode = ParallelMode.Collections, MaxThreads = 4)]
[assembly: AssemblyFixture(typeof(KafkaFixture))]
[assembly: AssemblyFixture(typeof(PrometheusFixture))]
[assembly: AssemblyFixture(typeof(CollectorFixture))]
