namespace StreamSpanMetrics.Stages;

/// <summary>
/// Starts work that runs beside a loop's thread: <see cref="Task.Run(Action)"/>, or whatever a test or a simulation wants to happen when.
/// The task ends with the work and has its exception.
/// </summary>
public delegate Task TaskLauncher(Action work);
