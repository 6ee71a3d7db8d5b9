//! Engines that are started, lost and chosen.

use futures_channel::mpsc::unbounded;

use super::{
    super::{
        message::{FromEngine, Inbox, Outbox, ReplySender, ToEngine},
        worker::serve,
    },
    *,
};

#[test]
fn an_engine_that_does_not_start_is_said_and_replaced() {
    let starts = Rc::new(RefCell::new(0));
    let counted = Rc::clone(&starts);
    let spawn = move |inbox: Inbox| -> Outbox {
        *counted.borrow_mut() += 1;
        Rc::new(move |_| inbox(Err("blocked")))
    };
    let engine = Engine::new(Box::new(spawn), 4);
    for _ in 0..2 {
        let question = Question::Summary(Scope::default());
        let error = engine.ask(1, &question).now_or_never().unwrap().unwrap_err();
        assert!(error.to_string().contains("blocked"), "{error}");
    }
    assert_eq!(*starts.borrow(), 2);
}

#[test]
fn engines_are_started_as_they_are_needed() {
    let starts = Rc::new(RefCell::new(0));
    let counted = Rc::clone(&starts);
    let spawn = move |_: Inbox| -> Outbox {
        *counted.borrow_mut() += 1;
        Rc::new(|_| ())
    };
    let engine = Engine::new(Box::new(spawn), 2);
    let url = crate::wire::Url::parse("https://registry.example/").unwrap();
    let request = || Request::new(crate::wire::Method::Get, url.clone());
    let send = || {
        let (via, reports) = engine.transport(Job::verify(&blob(b"")), Policy::default());
        let request = request();
        async move { (via.send(request).await, reports) }.boxed_local()
    };
    let mut running: Vec<_> = (0..5).map(|_| send()).collect();
    for (at, expected) in [1, 2, 2, 2, 2].into_iter().enumerate() {
        assert!((&mut running[at]).now_or_never().is_none());
        assert_eq!(*starts.borrow(), expected);
    }
    drop(running);
    assert!(send().now_or_never().is_none());
    assert_eq!(*starts.borrow(), 2, "idle ones are used again");
}

/// Two engines in this thread, each with a network of its own, and a way to end the first. Messages
/// cross as bytes, as between threads.
struct Pair {
    bench: Bench,
    networks: [Rc<Scripted>; 2],
    first: Rc<RefCell<Option<Inbox>>>,
}

fn pair(bytes: &[u8]) -> Pair {
    let clock = VirtualClock::default();
    let network = || Scripted::answering(clock.shared(), serving(bytes.to_vec(), true));
    let networks = [network(), network()];
    let places = networks.each_ref().map(|network| {
        let (messages, inbox) = unbounded();
        let page: Rc<RefCell<Option<Inbox>>> = Rc::default();
        let to = Rc::clone(&page);
        let answers: ReplySender = Rc::new(move |id, message| {
            let crossed = FromEngine::unpack(&message.pack(id)).unwrap();
            to.borrow().clone().unwrap()(Ok(crossed));
        });
        let work = serve(Rc::clone(network) as _, clock.shared(), inbox, answers);
        (messages, page, work.boxed_local())
    });
    let [(one, first, work), (other, second, more)] = places;
    let free = RefCell::new(vec![(other, second), (one, Rc::clone(&first))]);
    let spawn = move |inbox: Inbox| -> Outbox {
        let (messages, page) = free.borrow_mut().pop().unwrap();
        page.replace(Some(inbox));
        Rc::new(move |message| {
            let crossed = ToEngine::unpack(message.pack()).unwrap();
            messages.unbounded_send(crossed).unwrap();
        })
    };
    let engine = Engine::new(Box::new(spawn), 2);
    let stack = Stack::over(Rc::clone(&networks[0]) as _, clock.shared()).as_page(true);
    let connection = Connection::to(&"registry.example".parse().unwrap()).unwrap();
    let registry = RemoteRegistry::new(connection, &stack);
    let serving =
        RefCell::new(Some(futures_util::future::join(work, more).map(drop).boxed_local()));
    let script = Rc::clone(&networks[0]);
    Pair { bench: Bench { clock, script, engine, serving, registry }, networks, first }
}

#[test]
fn a_file_is_asked_of_the_engine_that_listed_its_layer() {
    let content: Vec<u8> = (0..900_000_u32).flat_map(|n| (n / 3).to_le_bytes()).collect();
    let mut plain = archive_of("large", &content);
    plain.truncate(plain.len() - 1024);
    plain.extend(archive_of("other", &content));
    let layer = blob(&plain);
    let Pair { bench, networks, first } = pair(&plain);
    let listing = Job::verify(&layer).retaining(7);
    bench.read(&layer, &listing).unwrap();
    let file = Job::verify(&layer).retaining_file(7, FileLocation { offset: 512, cap: 8 << 20 });
    let question = Question::Content { layer: layer.digest.clone(), offset: 512 };
    let kept = || bench.ask(7, &question) == Answer::Content(content.clone(), Basis::FirstPass);
    bench.run(async {
        // The engine that has the layer is busy; the other one is not.
        let transport = |job: &Job| bench.engine.transport(job.clone(), Policy::default());
        let (via, _reports) = transport(&Job::verify(&layer));
        let body = bench.registry.blob_via(&repository(), &layer, via).await.unwrap();
        let (via, reports) = transport(&file);
        let read = bench.registry.blob_via(&repository(), &layer, via).await.unwrap();
        reports.follow(read, &mut |_| ()).await.unwrap();
        drop(body);
    });
    assert!(kept());
    let ranges = |network: &Scripted| {
        network.sent().iter().map(|r| r.headers.get("range").map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(ranges(&networks[0]).last().unwrap().as_deref(), Some("bytes=0-3604479"));
    assert!(networks[1].sent().is_empty());
    // What an engine kept ends with it. Another one reads the layer, and has its file.
    first.borrow().clone().unwrap()(Err("crashed"));
    bench.read(&layer, &file).unwrap();
    assert!(kept());
    assert_eq!(ranges(&networks[1]), [None]);
}
